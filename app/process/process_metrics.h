// ProcessMetrics: what the system knows of this process, under the names that Prometheus' client
// libraries have for it, and which build it is.
#pragma once

#include "runtime/clock.h"
#include "runtime/metrics.h"

namespace waybill::app {

// Open descriptors are counted one by one.
inline constexpr std::chrono::seconds kLookAtProcessEvery{5};

class ProcessMetrics {
 public:
  ProcessMetrics(runtime::Clock& clock, runtime::Metrics& metrics);
  // Looks at the process, at most each kLookAtProcessEvery.
  void update();

 private:
  runtime::Clock& clock_;
  runtime::Counter& cpu_seconds_;
  runtime::Gauge& resident_;
  runtime::Gauge& virtual_;
  runtime::Gauge& descriptors_;
  double cpu_so_far_ = 0;
  runtime::Instant next_{};
};

}  // namespace waybill::app
