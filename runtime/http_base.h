// HttpBase: where an HTTP server is, as people write it: "http://127.0.0.1:8025",
// "https://node-1.example:8443", "http://[::1]". Scheme, host and port, nothing else.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::runtime {

struct HttpBase {
  bool tls = false;
  std::string host;  // a name or an IP address, lower case, without brackets
  std::uint16_t port = 0;

  // Slashes at the end are taken off. Errc::invalid for anything else: a path, user information, a
  // port that is none, a host that is neither a name (RFC 1123 2.1; "_" is taken, because names of
  // containers have it) nor an address.
  static Result<HttpBase> parse(std::string_view text);

  // The Host field (RFC 9110 7.2).
  std::string authority() const;

  friend auto operator<=>(const HttpBase&, const HttpBase&) = default;
};

}  // namespace waybill::runtime
