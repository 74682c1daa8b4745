// GET /livez: the loop turns. GET /readyz: answers are worth asking for. GET /metrics.

#include "query/handlers.h"
#include "query/parameters.h"
#include "query/render.h"

namespace waybill::query {
namespace {

// Soon enough for a start-up that folds what the views lack.
constexpr std::chrono::seconds kReadyRetry{5};

// Prometheus' text format 0.0.4.
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

class LiveHandler final : public Handler {
 public:
  Plan plan(const Request& request) const override {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    Response response;
    response.content_type = kTextType;
    response.body = "ok\n";
    return response;
  }
};

class ReadyHandler final : public Handler {
 public:
  explicit ReadyHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    const auto health = parts_.health();
    if (health.ready) {
      Response response;
      response.body = render_ready(health.lag);
      return response;
    }
    Problem problem;
    problem.status = 503;
    problem.code = "not_ready";
    problem.detail = health.why_not;
    problem.retry_after = kReadyRetry;
    return to_response(problem);
  }

 private:
  const ServerParts& parts_;
};

class MetricsHandler final : public Handler {
 public:
  explicit MetricsHandler(const ServerParts& parts)
      : parts_(parts), ready_(parts.metrics->gauge("waybill_ready", "1: /readyz says ready")) {}

  Plan plan(const Request& request) const override {
    if (const auto problem = Parameters(request).problem()) return to_response(*problem);
    return Read([&parts = parts_, &ready = ready_] {
      ready.set(parts.health().ready ? 1 : 0);
      Response response;
      response.content_type = kMetricsType;
      response.body = parts.metrics->render();
      return response;
    });
  }

 private:
  const ServerParts& parts_;
  runtime::Gauge& ready_;
};

}  // namespace

std::unique_ptr<Handler> live_handler() { return std::make_unique<LiveHandler>(); }

std::unique_ptr<Handler> ready_handler(const ServerParts& parts) {
  return std::make_unique<ReadyHandler>(parts);
}

std::unique_ptr<Handler> metrics_handler(const ServerParts& parts) {
  return std::make_unique<MetricsHandler>(parts);
}

}  // namespace waybill::query
