// The record by which a domain asks for reports about TLS of the mail to it (RFC 8460 3), in
// _smtp._tls.DOMAIN. Values, and a pure function of octets that anybody may have written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/address.h"

namespace waybill::relay::tlsrpt {

// RFC 8460 3 has no bound. Each is a connection that a stranger has us make for one report; nobody
// names more than two.
inline constexpr std::size_t kMostDestinations = 4;
// Octets of one URI: as long as a web server takes the first line of a request.
inline constexpr std::size_t kMostUri = 2048;

// Where a report goes.
struct Destination {
  std::optional<schemas::Address> mailbox;  // of mailto
  // Of https: a name, its port, and path with query as they stand.
  std::string host{};
  std::uint16_t port = 443;
  std::string target{};

  // "mailto:tls@example.org", "https://example.org:8443/v1": for a log.
  std::string text() const;
  friend bool operator==(const Destination&, const Destination&) = default;
};

// What the one record that begins with "v=TLSRPTv1;" names, in its order, each once; none where
// there is no such record, or several. URIs of other schemes, malformed ones, those that name an
// address instead of a host, mailboxes that only SMTPUTF8 could carry, and those beyond
// kMostDestinations are passed over, and so are fields of other names.
std::vector<Destination> find_destinations(const std::vector<std::string>& texts);

}  // namespace waybill::relay::tlsrpt
