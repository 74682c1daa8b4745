// Clock: time as a port. Deadlines are points of monotonic time and go down the call tree; wall
// time is only ever written into records, never compared with a deadline.
#pragma once

#include <chrono>

#include "runtime/task.h"

namespace waybill::runtime {

// Monotonic time; does not jump when the system's date is set.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

// UTC, nanoseconds since 1970.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
  // Ends at `when` or at once if that has passed. Runs on the awaiting coroutine's executor.
  virtual Task<void> sleep_until(Instant when) = 0;
};

// The earlier of two deadlines.
constexpr Instant sooner(Instant a, Instant b) { return a < b ? a : b; }

}  // namespace waybill::runtime
