// VirtualClock: time that moves only when everything that could run has run. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "runtime/clock.h"

namespace waybill::tests {

class VirtualClock final : public runtime::Clock {
 public:
  using Key = std::pair<runtime::Instant, std::uint64_t>;

  runtime::Instant now() const override { return now_; }
  runtime::WallTime wall() const override;
  runtime::Task<void> sleep_until(runtime::Instant when) override;

  // Calls `what` once time has reached `when`. The key cancels it.
  Key call_at(runtime::Instant when, std::function<void()> what);
  void cancel(const Key& key) { calls_.erase(key); }

  // Moves to the next moment at which something is to happen, and lets it. False if nothing is.
  bool advance();

 private:
  runtime::Instant now_ = runtime::Instant(std::chrono::hours(1));
  std::uint64_t next_ = 0;
  std::map<Key, std::function<void()>> calls_;
};

}  // namespace waybill::tests
