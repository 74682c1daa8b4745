// Whether something keeps this machine's clock right (chrony, systemd-timesyncd, ntpd), as the
// kernel was told by it.
#pragma once

#include <chrono>
#include <optional>

namespace waybill::runtime {

struct ClockKept {
  bool kept = false;
  // What the keeper thinks the clock may be off at most; of no meaning where nobody keeps it.
  std::chrono::microseconds off_at_most{0};
};

// nullopt: the kernel does not say. Any thread; changes nothing (adjtimex(2), modes 0).
std::optional<ClockKept> clock_kept();

}  // namespace waybill::runtime
