// What is odd about a configuration that is not wrong. Pure, but for the two functions at the end.
#pragma once

#include <vector>

#include "app/config/config.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// `not_ours`: those of its sources that this host does not have. `unread_secrets`: why those of its
// logins cannot be read.
Findings judge_configuration(const app::Config& config,
                             const std::vector<runtime::IpAddress>& not_ours = {},
                             const std::vector<std::string>& unread_secrets = {});

std::vector<runtime::IpAddress> sources_not_ours(const app::Config& config);
std::vector<std::string> unread_secrets(const app::Config& config);

}  // namespace waybill::tools::doctor
