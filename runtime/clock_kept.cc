#include "runtime/clock_kept.h"

#include <sys/timex.h>

namespace waybill::runtime {

std::optional<ClockKept> clock_kept() {
  timex asked{};
  if (::adjtimex(&asked) < 0) return std::nullopt;
  return ClockKept{(asked.status & STA_UNSYNC) == 0, std::chrono::microseconds(asked.maxerror)};
}

}  // namespace waybill::runtime
