// judge_spam: what follows from a spam filter's word, or from none. Pure functions.
#pragma once

#include <optional>

#include "relay/policy/rules.h"
#include "relay/spam/spam_filter.h"
#include "relay/spam/spam_settings.h"

namespace waybill::relay::policy {

// Whether a recipient's domain lets the filter refuse.
enum class SpamEnforced { no, yes };

std::optional<Refusal> judge_spam(const runtime::Explained<spam::Judgement>& judged,
                                  SpamEnforced enforced, spam::OnFailure on_failure);

}  // namespace waybill::relay::policy
