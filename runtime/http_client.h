// A small HTTP client: one GET, blocking. For command-line tools; never on an I/O thread.
#pragma once

#include <chrono>
#include <string>

#include "runtime/result.h"

namespace waybill::runtime {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// `base`: "http://127.0.0.1:8025", plain HTTP only; `target`: path and query, percent-encoded.
// Errc::invalid for a base that is none, refused or unreachable, timeout, limit_exceeded for a body
// above 64 MiB, closed for anything that is not HTTP.
Result<HttpAnswer> http_get(const std::string& base, const std::string& target,
                            std::chrono::seconds timeout);

// Octets that are not unreserved (RFC 3986 2.3) as %XX.
std::string percent_encode(const std::string& text);

}  // namespace waybill::runtime
