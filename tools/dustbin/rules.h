// Rules: which recipients a dustbin refuses or puts off, at RCPT or after the body.
//
// A local part counts whatever its domain and the case of its ASCII letters. A refusal goes before
// a deferral. Pure; any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::tools::dustbin {

struct Rules {
  // Local parts, ASCII letters in lower case.
  std::set<std::string> refuse_rcpt;  // 550 5.1.1
  std::set<std::string> defer_rcpt;   // 450 4.2.1
  std::set<std::string> refuse_data;  // 554 5.7.1
  std::set<std::string> defer_data;   // 451 4.3.0
};

schemas::Reply judge_recipient(const Rules& rules, const schemas::Address& recipient);

// The reply to a whole body: one listed recipient in the envelope is enough to fail it.
schemas::Reply judge_data(const Rules& rules, const std::vector<schemas::Address>& recipients);

// The set of `local_parts` as Rules wants it.
std::set<std::string> folded(const std::vector<std::string>& local_parts);

}  // namespace waybill::tools::dustbin
