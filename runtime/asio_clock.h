// The system's clocks, waiting on Asio timers.
#pragma once

#include "runtime/clock.h"

namespace waybill::runtime {

class AsioClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
  Task<void> sleep_until(Instant when) override;
};

}  // namespace waybill::runtime
