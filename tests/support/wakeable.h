// Wakeable: one wait on virtual time that a test ends, or its deadline.
#pragma once

#include <optional>
#include <utility>

#include "runtime/one_shot.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {

class Wakeable {
 public:
  explicit Wakeable(VirtualClock& clock) : clock_(clock) {}

  void wake() {
    if (const auto woken = std::exchange(waiting_, std::nullopt)) woken->give(true);
  }
  runtime::Task<void> wait(runtime::Instant until) {
    const runtime::OneShot<bool> woken;
    waiting_ = woken;
    const auto key = clock_.call_at(until, [this] { wake(); });
    co_await woken.wait();
    clock_.cancel(key);
  }

 private:
  VirtualClock& clock_;
  std::optional<runtime::OneShot<bool>> waiting_;
};

}  // namespace waybill::tests
