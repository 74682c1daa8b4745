// Smarthost: the one server that all mail goes to, whatever DNS says of the targets' domains, but
// for the domains that are excepted. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::relay::forward {

inline constexpr std::uint16_t kSubmissionPort = 587;  // RFC 6409 3.1
inline constexpr std::uint16_t kSubmissionsPort =
    465;  // TLS from the first octet on (RFC 8314 3.3)

struct Smarthost {
  std::string host;  // a name in lower case, or an address; empty: there is none
  std::uint16_t port = kSubmissionPort;
  std::set<std::string, std::less<>> except;  // domains of targets, as Target has them

  // Whether mail to `domain` goes there.
  bool takes(std::string_view domain) const { return !host.empty() && !except.contains(domain); }
  bool tls_from_start() const { return port == kSubmissionsPort; }
  std::optional<runtime::IpAddress> address() const { return runtime::ip_of(host); }

  friend bool operator==(const Smarthost&, const Smarthost&) = default;
};

inline const Smarthost kNoSmarthost;

}  // namespace waybill::relay::forward
