// What is shown of findings: a page for people, JSON for machines, and the exit code for scripts.
// Pure functions: what strangers wrote is cleaned of everything that a terminal would act on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/command/look.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// Groups in their order, a line a finding, long sentences wrapped at the look's width (100 columns
// where it has none); then one line that counts: "2 wrong, 1 warning".
std::string page(const std::vector<Group>& groups, const app::Look& look);

// An array of {"check", "severity", "subject", "sentence", "advice"}, one finding a line.
std::string json_text(const std::vector<Group>& groups);

// 0: all well, notes at most; 1: something is wrong or a warning; 3: nothing of that, and something
// could not be looked at.
int exit_code(const std::vector<Group>& groups);

}  // namespace waybill::tools::doctor
