// Service: every question of the API from its method and target to its answer, counted and timed.
// Knows nothing of connections.
//
// waybill_http_requests_total{route,status} counts by template and status class ("2xx"),
// waybill_http_request_seconds{route} times. Route is "none" where no template matched, and the
// address asked for is in no label.
#pragma once

#include <map>
#include <string>

#include "query/http_codec.h"
#include "query/problem.h"
#include "query/router.h"
#include "query/server.h"
#include "runtime/chance.h"
#include "runtime/task.h"

namespace waybill::query {

class Service {
 public:
  // What `parts` points to outlives this. The server's thread.
  explicit Service(ServerParts parts);

  // Any well-formed request. Reads run on the workers; when their queue is
  // full the answer is 503 at once.
  runtime::Task<Response> answer(Head head);

  // A request that did not get as far as a method and a target. Counted.
  Response refuse(const Problem& problem);

  const Router& router() const { return router_; }

 private:
  struct Meters {
    std::string route;
    runtime::Histogram* seconds = nullptr;
  };
  std::variant<Problem, Router::Match> route(const Head& head, Request& request) const;
  std::optional<Problem> admit(const Head& head, Request& request) const;
  void count(const Meters& meters, unsigned status);
  Meters meters_for(const std::string& route);

  ServerParts parts_;
  std::unique_ptr<runtime::Chance> chance_;
  Router router_;
  std::map<std::string, Meters> meters_;
};

}  // namespace waybill::query
