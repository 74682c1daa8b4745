// HttpRequest: one request, and its octets (HTTP/1.1). Any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/http_base.h"

namespace waybill::runtime {

struct HttpRequest {
  std::string base;    // "http://127.0.0.1:8025", "https://node-1.example:8443"
  std::string target;  // path and query, percent-encoded: "/v1/messages?limit=5"
  std::string method = "GET";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
};

// Whether it can be sent as it stands: method and names of fields are tokens, values without
// control octets, a target that begins with "/", and none of the fields that the client sets
// itself (Host, Connection, Content-Length, Transfer-Encoding).
bool well_formed(const HttpRequest& request);

// Of a request that is well formed.
std::string octets_of(const HttpRequest& request, const HttpBase& base);

}  // namespace waybill::runtime
