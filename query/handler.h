// Handler: one route's answer. plan() reads the question and touches no store; what must read the
// views comes back as a Read, which blocks and therefore runs on a worker.
//
// plan() runs on the server's thread, a Read on any; both may run beside others of the same
// handler. What a Read holds it owns, except the ServerParts, which outlive every request.
#pragma once

#include <functional>
#include <string_view>
#include <variant>

#include "query/request.h"
#include "query/response.h"

namespace waybill::query {

using Read = std::function<Response()>;
using Plan = std::variant<Response, Read>;

class Handler {
 public:
  virtual ~Handler() = default;
  virtual Plan plan(const Request& request) const = 0;
  // What it answers, as the Allow field has them (RFC 9110 10.2.1).
  virtual std::string_view methods() const { return "GET, HEAD"; }
};

}  // namespace waybill::query
