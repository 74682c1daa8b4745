// The clock of this machine. Pure.
#pragma once

#include <optional>

#include "runtime/clock_kept.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// nullopt: the kernel does not say.
Findings judge_clock(const std::optional<runtime::ClockKept>& clock);

}  // namespace waybill::tools::doctor
