#include "http/health.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/parameters.h"
#include "http/problem.h"

namespace waybill::http {
namespace {

// Soon enough for a start-up that folds what the views lack.
constexpr std::chrono::seconds kReadyRetry{5};

// Prometheus' text format 0.0.4.
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

Response ok() {
  Response response;
  response.content_type = kTextType;
  response.body = "ok\n";
  return response;
}

Response readiness(const Health& health) {
  if (!health.ready) {
    auto problem = problem_of(503, "not_ready", health.why_not);
    problem.retry_after = kReadyRetry;
    return to_response(problem);
  }
  boost::json::object out;
  out["ready"] = true;
  if (!health.note.empty()) out["detail"] = health.note;
  if (health.lag) out["lag"] = *health.lag;
  if (health.backlog) out["backlog"] = *health.backlog;
  Response response;
  response.body = boost::json::serialize(out);
  return response;
}

}  // namespace

void add_health_routes(Router& router, std::function<Health()> health, runtime::Metrics& metrics,
                       Needs for_metrics) {
  router.add("/livez", kOpen, [](const Request& request) -> Plan {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    return ok();
  });
  router.add("/readyz", kOpen, [health](const Request& request) -> Plan {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    return readiness(health());
  });
  auto& ready = metrics.gauge("waybill_ready", "1: /readyz says ready");
  router.add("/metrics", for_metrics, [health, &metrics, &ready](const Request& request) -> Plan {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    return Read([health, &metrics, &ready] {
      ready.set(health().ready ? 1 : 0);
      Response response;
      response.content_type = kMetricsType;
      response.body = metrics.render();
      return response;
    });
  });
}

}  // namespace waybill::http
