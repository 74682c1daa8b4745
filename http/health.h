// Health: GET /livez: the loop turns. GET /readyz: answers are worth asking for. GET /metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "http/router.h"
#include "runtime/metrics.h"

namespace waybill::http {

struct Health {
  bool ready = false;
  std::string why_not;  // empty when ready
  std::string note;     // what is not as it should be though it is ready; may be empty
  // Events in the log and not yet in this process's views; nullopt: it has no views.
  std::optional<std::uint64_t> lag;
  // Events in this process's journal and not yet in the log; nullopt: its journal is the log, or it
  // has none.
  std::optional<std::uint64_t> backlog;
};

// `health` may be called on any thread. `metrics` outlives the router.
void add_health_routes(Router& router, std::function<Health()> health, runtime::Metrics& metrics,
                       Needs for_metrics = kOpen);

}  // namespace waybill::http
