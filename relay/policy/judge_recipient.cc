#include "relay/policy/judge_recipient.h"

#include <algorithm>

#include "relay/policy/limits.h"

namespace waybill::relay::policy {

namespace {

using Taken = RcptFacts::Taken;

std::optional<Refusal> judge_address(const ReturnPathFacts& path, const RcptFacts& facts) {
  if (path.sender == ReturnPathFacts::Sender::named) return refusal_by(Rule::return_path_sender);
  if (!path.closes) return refusal_by(Rule::return_path_forged);
  if (facts.now > *path.closes) return refusal_by(Rule::return_path_expired);
  if (facts.taken != Taken::nothing) return refusal_by(Rule::return_path_alone);
  return std::nullopt;
}

std::optional<Refusal> judge_route(const routes::Lookup& route) {
  if (std::holds_alternative<routes::UnknownDomain>(route)) {
    return refusal_by(Rule::unknown_domain);
  }
  if (std::holds_alternative<routes::UnknownAlias>(route)) return refusal_by(Rule::unknown_alias);
  const auto& found = std::get<routes::Found>(route);
  const auto* const reject = std::get_if<schemas::RejectWith>(found.action);
  if (reject != nullptr) return Refusal{found.route, reject->reply};
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> judge_recipient(const RcptFacts& facts) {
  if (facts.core_refusal) {
    // The one 4xx that the core has for RCPT.
    const Rule rule = facts.core_refusal->permanent() ? Rule::syntax : Rule::too_many_recipients;
    return refusal_by(rule, *facts.core_refusal);
  }
  if (facts.taken == Taken::report) return refusal_by(Rule::return_path_alone);
  if (facts.return_path) return judge_address(*facts.return_path, facts);
  return judge_route(facts.route);
}

std::optional<Refusal> judge_return_path(const runtime::Result<schemas::ReturnPath>& path) {
  if (!path) return refusal_by(Rule::return_path_unknown);
  // A report that is not done yet may be this one, come again.
  const bool all_done = std::all_of(path->reports.begin(), path->reports.end(),
                                    [](const auto& report) { return report.done; });
  if (path->reports.size() >= kReportsPerReturnPath && all_done) {
    return refusal_by(Rule::return_path_used_up);
  }
  return std::nullopt;
}

}  // namespace waybill::relay::policy
