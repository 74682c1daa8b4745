// Health: GET /livez: the loop turns. GET /readyz: answers are worth asking for. GET /metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "http/router.h"
#include "runtime/metrics.h"

namespace waybill::http {

struct Health {
  bool ready = false;
  std::string why_not;  // empty when ready
  // Durable events that this process has still to bring on: into the views, or, in a relay, which
  // has none, from its journal to Kafka (its backlog).
  std::uint64_t lag = 0;
};

// `health` may be called on any thread. `metrics` outlives the router.
void add_health_routes(Router& router, std::function<Health()> health, runtime::Metrics& metrics);

}  // namespace waybill::http
