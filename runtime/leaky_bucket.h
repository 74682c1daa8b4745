// LeakyBucket: a level that is raised by what happens and runs out evenly.
#pragma once

#include <algorithm>

#include "runtime/time.h"

namespace waybill::runtime {

struct LeakyBucket {
  double level = 0;  // at `at`
  Instant at{};

  double level_at(Instant now, double per_hour) const {
    const std::chrono::duration<double, std::ratio<3600>> hours = now - at;
    return std::max(0.0, level - hours.count() * per_hour);
  }
  void drain(Instant now, double per_hour) {
    level = level_at(now, per_hour);
    at = now;
  }
};

}  // namespace waybill::runtime
