#include "relay/policy/judge_recipient.h"

#include "relay/policy/limits.h"

namespace waybill::relay::policy {

namespace {

using Taken = RcptFacts::Taken;

std::optional<Refusal> judge_address(const ReturnPathFacts& path, const RcptFacts& facts) {
  if (!path.began) return refusal_by(Rule::return_path_forged);
  // A try that took the id at the last moment is accepted later by as long as a message takes.
  if (facts.now > *path.began + path.window + schemas::kRetryLife + kLongestTransaction) {
    return refusal_by(Rule::return_path_expired);
  }
  if (facts.taken != Taken::nothing) return refusal_by(Rule::return_path_alone);
  return std::nullopt;
}

std::optional<Refusal> judge_route(const routes::Lookup& route) {
  if (std::holds_alternative<routes::UnknownAlias>(route)) return refusal_by(Rule::unknown_alias);
  const auto& found = std::get<routes::Found>(route);
  const auto* const reject = std::get_if<schemas::RejectWith>(found.action);
  if (reject != nullptr) return Refusal{found.route, reject->reply};
  return std::nullopt;
}

}  // namespace

Refusal judge_mail(const schemas::Reply& core_refusal) {
  // The one 552 that the core has for MAIL (RFC 1870 6.1).
  const Rule rule = core_refusal.code == 552 ? Rule::mail_size : Rule::mail_syntax;
  return refusal_by(rule, core_refusal);
}

std::optional<Refusal> judge_recipient(const RcptFacts& facts) {
  if (facts.core_refusal) {
    // The one 4xx that the core has for RCPT.
    const Rule rule = facts.core_refusal->permanent() ? Rule::syntax : Rule::too_many_recipients;
    return refusal_by(rule, *facts.core_refusal);
  }
  if (facts.taken == Taken::report) return refusal_by(Rule::return_path_alone);
  if (facts.return_path) return judge_address(*facts.return_path, facts);
  if (std::holds_alternative<routes::UnknownDomain>(facts.route)) {
    return refusal_by(Rule::unknown_domain);
  }
  // Before the alias: whoever is not welcome hears nothing of which there are.
  if (facts.client) {
    if (auto refusal = judge_client(*facts.client, *facts.door)) return refusal;
  }
  if (auto refusal = judge_route(facts.route)) return refusal;
  if (facts.asked_already) return refusal_by(Rule::loop);
  return std::nullopt;
}

bool is_window_unsure(const ReturnPathFacts& facts, runtime::WallTime now) {
  return now > *facts.began + facts.window;
}

std::optional<Refusal> judge_window(const runtime::Result<schemas::ReturnPath>& path,
                                    const ReturnPathFacts& facts, runtime::WallTime now) {
  if (!path && path.error() != runtime::Errc::not_found) {
    return refusal_by(Rule::return_path_unknown);
  }
  // Nothing went out under it, or what did is forgotten.
  if (!path || now > path->accepted_at + facts.window) {
    return refusal_by(Rule::return_path_expired);
  }
  return std::nullopt;
}

}  // namespace waybill::relay::policy
