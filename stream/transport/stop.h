// Stop: a wait that another thread can end, for good. Any thread.
#pragma once

#include "runtime/clock.h"
#include "runtime/mutex.h"

namespace waybill::stream {

class Stop {
 public:
  void stop() noexcept {
    {
      const runtime::MutexLock lock(mutex_);
      stopped_ = true;
    }
    told_.notify_all();
  }

  // False: stopped. `clock` is the machine's.
  bool wait_until(const runtime::Clock& clock, runtime::Instant until) {
    const runtime::MutexLock lock(mutex_);
    while (!stopped_ && clock.now() < until) told_.wait_until(mutex_, until);
    return !stopped_;
  }

 private:
  runtime::Mutex mutex_;
  runtime::ConditionVariable told_;
  bool stopped_ WAYBILL_GUARDED_BY(mutex_) = false;
};

}  // namespace waybill::stream
