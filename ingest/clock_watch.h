// ClockWatch: says so where an event is stamped far from the one that was recorded before it.
//
// The machine's date is taken as it is: which of two times is right nobody can know here. While the
// process runs, the date should go on as monotonic time does, and a step of more than kJump is a
// jump: once a log line, a count, and a note for a day. Over a start, where monotonic time says
// nothing, the date may not be before the last event, and not kAway behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

class ClockWatch {
 public:
  // An error of a time zone is an hour, and more than what daemons of NTP correct in silence: ntpd
  // gives up at 1000 s.
  static constexpr std::chrono::minutes kJump{50};
  // Machines are off for a night and for holidays.
  static constexpr std::chrono::hours kAway{14 * 24};
  static constexpr std::chrono::hours kNoted{24};

  // `last`: of the last event on record, if there is one. The others outlive it.
  ClockWatch(const runtime::Clock& clock, std::optional<runtime::WallTime> last,
             runtime::Metrics& metrics);

  // An event was stamped with it, just now. Any thread.
  void saw(runtime::WallTime stamp);

  // The last jump, a sentence; empty: there was none for a day. Any thread.
  std::string note() const;

 private:
  using Span = std::chrono::nanoseconds;

  void saw_first(runtime::WallTime stamp) WAYBILL_REQUIRES(mutex_);
  void tell(Span by, runtime::WallTime stamp, const char* how) WAYBILL_REQUIRES(mutex_);

  const runtime::Clock& clock_;
  const std::optional<runtime::WallTime> last_;
  runtime::Counter& jumps_;
  // Of the date and monotonic time, at the last jump. Meaningless until an event was seen.
  std::atomic<Span::rep> difference_{0};
  std::atomic<bool> seen_{false};
  mutable runtime::Mutex mutex_;
  std::string note_ WAYBILL_GUARDED_BY(mutex_);
  runtime::Instant noted_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::ingest
