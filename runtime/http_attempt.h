// HttpAttempt: what came of one request, with what its caller has to know to tell a server that is
// away from one that is set up wrongly.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/http_answer.h"

namespace waybill::runtime {

enum class HttpFault : std::uint8_t {
  none,       // there is an answer
  weather,    // no way, no answer in time, cut off, cancelled, or no HTTP: it may pass
  untrusted,  // the server's certificate is not trusted, or is not that of the host
  unwelcome,  // the server refused TLS with an alert: our certificate, or the want of one
  forbidden,  // the addresses of the host are none that may be dialled
  proxy,      // the proxy refused the way (RFC 9110 9.3.6), and not for the moment only
  invalid,    // the request or its base is none
};

struct HttpAttempt {
  Result<HttpAnswer> answer = make_error_code(Errc::closed);
  HttpFault fault = HttpFault::none;
  // Of a fault, where there is more to say than the error's own message.
  std::string why{};
};

}  // namespace waybill::runtime
