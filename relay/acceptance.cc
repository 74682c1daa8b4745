#include "relay/acceptance.h"

#include <utility>

namespace waybill::relay {

using runtime::Task;

// The first asks the log, the others are told.
Task<runtime::Result<void>> Acceptance::clear() {
  if (!known_ && asked_) {
    waiting_.emplace_back();
    const runtime::OneShot<bool> is_known = waiting_.back();
    co_await is_known.wait();
  }
  if (!known_) {
    asked_ = true;
    known_ = co_await recorded_.wait();
    for (const auto& waiter : std::exchange(waiting_, {})) waiter.give(true);
  }
  co_return *known_;
}

schemas::Reply unrecorded(RelayMetrics& metrics, const runtime::Error& error) {
  metrics.unrecorded.add();
  if (runtime::errc_of(error) == runtime::Errc::log_full) {
    return {451, "4.3.1", "The log is full; try again later"};
  }
  if (runtime::errc_of(error) == runtime::Errc::no_space) {
    // RFC 5321 4.2.3.
    return {452, "4.3.1", "Insufficient system storage; try again later"};
  }
  return {451, "4.3.0", "The verdict could not be put on record; try again later"};
}

}  // namespace waybill::relay
