// The waybill that runs on this machine, as it answers at http.listen. Pure, but for
// look_at_process.
#pragma once

#include <optional>
#include <string>

#include "app/config/config.h"
#include "runtime/http_answer.h"
#include "runtime/privileges.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

struct ProcessFacts {
  std::string at;                              // "127.0.0.1:8025"
  runtime::Result<runtime::HttpAnswer> ready;  // GET /readyz
  // Of the process that has the journal open; nullopt: there is none, or it cannot be looked at.
  std::optional<runtime::Privileges> privileges{};
};

ProcessFacts look_at_process(const app::Config& config);

Findings judge_process(const ProcessFacts& facts);

// As whom it runs, and what more it may; nothing where that is not known.
Findings judge_privileges(const ProcessFacts& facts);

}  // namespace waybill::tools::doctor
