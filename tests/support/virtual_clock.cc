#include "tests/support/virtual_clock.h"

#include "runtime/clock.h"
#include "runtime/one_shot.h"

namespace waybill::tests {

using runtime::Instant;

runtime::WallTime VirtualClock::wall() const {
  // 2026-01-01T00:00:00Z and as much as has passed.
  constexpr std::chrono::seconds kBeginning{1767225600};
  return runtime::WallTime(kBeginning) + now_.time_since_epoch();
}

runtime::Task<void> VirtualClock::sleep_until(Instant when) {
  const runtime::OneShot<bool> awake;
  call_at(when, [awake] { awake.give(true); });
  co_await awake.wait();
}

VirtualClock::Key VirtualClock::call_at(Instant when, std::function<void()> what) {
  const Key key{std::max(when, now_), next_++};
  calls_.emplace(key, std::move(what));
  return key;
}

bool VirtualClock::advance() {
  if (calls_.empty()) return false;
  now_ = calls_.begin()->first.first;
  while (!calls_.empty() && calls_.begin()->first.first <= now_) {
    const auto what = std::move(calls_.begin()->second);
    calls_.erase(calls_.begin());
    what();
  }
  return true;
}

}  // namespace waybill::tests
