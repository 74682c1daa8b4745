// What is odd about a configuration that is not wrong. Pure, but for sources_not_ours.
#pragma once

#include <vector>

#include "app/config/config.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// `not_ours`: those of its sources that this host does not have.
Findings judge_configuration(const app::Config& config,
                             const std::vector<runtime::IpAddress>& not_ours = {});

std::vector<runtime::IpAddress> sources_not_ours(const app::Config& config);

}  // namespace waybill::tools::doctor
