// MTA-STS (RFC 8461): what a domain asks of those who send to it, as its record in DNS and its
// policy file say it. Values, and pure functions of octets that anybody may have written.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::sts {

enum class Mode {
  none,     // nothing
  testing,  // mail goes as ever, and what `enforce` would have kept from going is told
  enforce,  // only hosts that it names, and that have a certificate of their name, get mail
};

// Why nobody has the policy that a domain says it has (RFC 8460 4.3.2.2).
enum class Lack {
  none,
  fetch_error,  // its server was not reached, or did not give it
  invalid,      // what it gave is no policy
  untrusted,    // its certificate is not trusted, or not of that name
};

struct Policy {
  Mode mode = Mode::none;
  std::vector<std::string> mx;      // patterns, in lower case: "mx.example.org", "*.example.org"
  std::chrono::seconds max_age{0};  // after it was fetched, how long it is in force
  Lack lack = Lack::none;           // with mode none
  bool unsure = false;              // with mode none: whether there is one cannot be said now
  friend bool operator==(const Policy&, const Policy&) = default;
};

// RFC 8461 3.2 has no bound. A file of 64 KiB would hold some thousand; nobody has more than ten.
inline constexpr std::size_t kMostPatterns = 100;
// RFC 8461 3.2: a year and a day.
inline constexpr std::chrono::seconds kLongestAge{31'557'600};

// The id of the one record that begins with v=STSv1 (RFC 8461 3.1), in `texts` of
// _mta-sts.DOMAIN. nullopt: there is no such record, it is malformed, or there are several.
std::optional<std::string> find_id(const std::vector<std::string>& texts);

// A policy file (RFC 8461 3.2). nullopt: it is malformed, or of another version; without a pattern
// only mode none is well-formed. Fields of unknown names are passed over, and so are those of known
// ones, mx apart, that come again.
std::optional<Policy> parse_policy(std::string_view file);

// RFC 8461 4.1: whether the policy names that host, which is in lower case.
bool names_host(const Policy& policy, std::string_view host);

std::string_view word_of(Mode mode);

}  // namespace waybill::relay::sts
