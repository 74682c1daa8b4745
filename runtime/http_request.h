// HttpRequest: one request, and its octets (HTTP/1.1); HttpChain: several in a row. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/http_answer.h"
#include "runtime/http_base.h"
#include "runtime/http_proxy.h"
#include "runtime/result.h"
#include "runtime/time.h"

namespace waybill::runtime {

struct HttpRequest {
  std::string base;    // "http://127.0.0.1:8025", "https://node-1.example:8443"
  std::string target;  // path and query, percent-encoded: "/v1/messages?limit=5"
  std::string method = "GET";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
  // Asked twice it is the same as once, as a GET is: it is sent again where a connection that was
  // kept open turns out to be closed.
  bool repeatable = false;
  // Of a stream: what comes of the body of a 2xx goes here as it comes and is not kept, however
  // long it gets. Called on the thread that asks.
  std::function<void(std::string_view octets)> taken;
  // A stream that is silent for so long has lost its connection (Errc::timeout).
  Duration most_silence = std::chrono::minutes(1);
};

// A request and how long its answer is waited for.
struct HttpStep {
  HttpRequest request;
  Instant until{};
};

// Requests one after another, each of which may follow from what came of those before it.
class HttpChain {
 public:
  virtual ~HttpChain() = default;
  // nullopt: there is nothing more to ask. `deadline`: the end of the whole.
  virtual std::optional<HttpStep> next(Instant deadline) = 0;
  // What came of the step that next() gave.
  virtual void take(Result<HttpAnswer> answer) = 0;
};

// Whether it can be sent as it stands: method and names of fields are tokens, values without
// control octets, a target that begins with "/", and none of the fields that the client sets
// itself (Host, Connection, Content-Length, Transfer-Encoding, Proxy-Authorization).
bool well_formed(const HttpRequest& request);

// Of a request that is well formed.
std::string octets_of(const HttpRequest& request, const HttpBase& base);
// As they go to a proxy, which asks the server (RFC 9112 3.2.2).
std::string octets_of(const HttpRequest& request, const HttpBase& base, const HttpProxy& proxy);
// For a way to `base` through the proxy (RFC 9112 3.2.3).
std::string way_asked_for(const HttpBase& base, const HttpProxy& proxy);

}  // namespace waybill::runtime
