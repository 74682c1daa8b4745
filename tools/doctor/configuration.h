// What is odd about a configuration that is not wrong. Pure.
#pragma once

#include "app/config/config.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

Findings judge_configuration(const app::Config& config);

}  // namespace waybill::tools::doctor
