// Clock: time as a port. Deadlines are points of monotonic time and go down the call tree; wall
// time is only ever written into records, never compared with a deadline.
#pragma once

#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::runtime {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
  // Ends at `when` or at once if that has passed. Runs on the awaiting coroutine's executor.
  virtual Task<void> sleep_until(Instant when) = 0;
};

}  // namespace waybill::runtime
