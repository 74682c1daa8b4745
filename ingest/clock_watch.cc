#include "ingest/clock_watch.h"

#include "runtime/log.h"
#include "schemas/event.h"

namespace waybill::ingest {

using runtime::WallTime;

namespace {

// "2 h", "20 d".
std::string about(std::chrono::nanoseconds span) {
  using std::chrono::duration_cast;
  const auto minutes = duration_cast<std::chrono::minutes>(span).count();
  constexpr std::int64_t kHour = 60;
  constexpr std::int64_t kDay = 24 * kHour;
  if (minutes >= 2 * kDay) return std::to_string(minutes / kDay) + " d";
  if (minutes >= 2 * kHour) return std::to_string(minutes / kHour) + " h";
  return std::to_string(minutes) + " min";
}

}  // namespace

ClockWatch::ClockWatch(const runtime::Clock& clock, std::optional<WallTime> last,
                       runtime::Metrics& metrics)
    : clock_(clock),
      last_(last),
      jumps_(metrics.counter("waybill_clock_jumps_total",
                             "Times that an event was stamped far from the one before it")) {}

void ClockWatch::saw(WallTime stamp) {
  const Span difference = stamp.time_since_epoch() - clock_.now().time_since_epoch();
  const auto step = [&] { return difference - Span(difference_.load(std::memory_order_relaxed)); };
  const auto is_jump = [&] { return step() > Span(kJump) || step() < -Span(kJump); };
  if (seen_.load(std::memory_order_acquire) && !is_jump()) return;
  const runtime::MutexLock lock(mutex_);
  if (!seen_.load(std::memory_order_relaxed)) {
    saw_first(stamp);
  } else if (is_jump()) {
    tell(step(), stamp, "than the one before it and the time that went by since");
  }
  difference_.store(difference.count(), std::memory_order_relaxed);
  seen_.store(true, std::memory_order_release);
}

void ClockWatch::saw_first(WallTime stamp) {
  if (!last_) return;
  const Span by = stamp - *last_;
  if (by < -Span(kJump)) tell(by, stamp, "than the last one on record");
  if (by > Span(kAway)) tell(by, stamp, "than the last one on record, unless nothing ran so long");
}

void ClockWatch::tell(Span by, WallTime stamp, const char* how) {
  const bool ahead = by > Span(0);
  note_ = "an event was stamped " + schemas::rfc3339(stamp) + ", which is " +
          about(ahead ? by : -by) + (ahead ? " later " : " earlier ") + how +
          (ahead ? ": the machine's clock jumped, or the machine stood still"
                 : ": the machine's clock was set back");
  noted_ = clock_.now();
  jumps_.add();
  runtime::log(runtime::Level::warn, "ingest", "the clock jumped", {{"what", note_}});
}

std::string ClockWatch::note() const {
  const runtime::MutexLock lock(mutex_);
  return clock_.now() - noted_ < kNoted ? note_ : std::string();
}

}  // namespace waybill::ingest
