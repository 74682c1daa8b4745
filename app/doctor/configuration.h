// What is odd about a configuration that is not wrong. Pure.
#pragma once

#include "app/config/config.h"
#include "app/doctor/finding.h"

namespace waybill::app::doctor {

Findings judge_configuration(const Config& config);

}  // namespace waybill::app::doctor
