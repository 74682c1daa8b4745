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
  std::string why_not;    // empty when ready
  std::uint64_t lag = 0;  // events durable and not yet where this process takes them
};

// `health` may be called on any thread. `metrics` outlives the router.
void add_health_routes(Router& router, std::function<Health()> health, runtime::Metrics& metrics);

}  // namespace waybill::http
