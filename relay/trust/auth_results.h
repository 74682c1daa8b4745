// The Authentication-Results field (RFC 8601): written for what we forward, and found again where
// a sender forged it. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::trust {

// One property of a result, "header.d=origin.test": ptype, property and pvalue of RFC 8601 2.2.
struct AuthProperty {
  std::string type;
  std::string name;
  std::string value;
};

// What one method found: "dkim" and "pass".
struct AuthResult {
  std::string method;
  std::string result;
  std::string reason;  // for people; empty: none is written
  std::vector<AuthProperty> properties;
};

// Longer values and reasons are cut, so that no line passes RFC 5322's 998 octets (2.1.1): an
// address has at most 320, and quoting may double them.
inline constexpr std::size_t kMaxAuthValue = 400;
// Keywords likewise: the longest that is registered has some 20 octets (RFC 8601 6.4).
inline constexpr std::size_t kMaxKeyword = 64;

// The whole field with its CRLF, folded at 78 columns where there is a place to fold. Values and
// reasons may hold any octets: they are quoted where the syntax wants it; control octets and octets
// beyond ASCII become "?", so that nothing of them ends its line or its quotes. Method, result,
// type and name are keywords; other octets in them become "-". Without results it says "none".
std::string write_auth_results(std::string_view authserv_id,
                               const std::vector<AuthResult>& results);

struct OctetRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const OctetRange&, const OctetRange&) = default;
};

// The Authentication-Results fields of a raw header block that claim to be ours, line ends
// included, in order and apart from each other: those with our authserv-id in any case, with or
// without comments, folding, quotes, a version or a final dot; and those that say our name
// somewhere and whose authserv-id cannot be read, because somebody might read it as ours (RFC 8601
// 5). Linear time.
std::vector<OctetRange> find_auth_results(std::string_view header, std::string_view authserv_id);

}  // namespace waybill::relay::trust
