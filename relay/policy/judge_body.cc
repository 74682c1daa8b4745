#include "relay/policy/judge_body.h"

#include "relay/policy/limits.h"
#include "runtime/check.h"

namespace waybill::relay::policy {

using returnpath::Decision;

std::optional<Refusal> judge_body(const BodyFacts& facts) {
  switch (facts.fault) {
    case smtp::BodyFault::bare_line_end: return refusal_by(Rule::bare_line_end);
    case smtp::BodyFault::too_large: return refusal_by(Rule::message_size);
    case smtp::BodyFault::none: break;
  }
  if (facts.kept == BodyFacts::Kept::in_part) return refusal_by(Rule::spool);
  if (facts.begins_with_blank) return refusal_by(Rule::blank_first);
  if (facts.header_too_large) return refusal_by(Rule::header_size);
  if (facts.received_fields > kMaxReceivedHeaders) return refusal_by(Rule::hop_count);
  return std::nullopt;
}

std::optional<Refusal> judge_dmarc(const trust::dmarc::DmarcResult& result,
                                   DmarcEnforced enforced) {
  if (result.code != trust::dmarc::DmarcCode::fail) return std::nullopt;
  if (result.policy != trust::dmarc::Policy::reject) return std::nullopt;
  if (enforced == DmarcEnforced::no) return std::nullopt;
  return refusal_by(Rule::dmarc,
                    reply_of(Rule::dmarc, "The domain " + result.author +
                                              " asks to reject mail that fails its DMARC policy"));
}

std::optional<Refusal> judge_report(const schemas::ReturnPath& path,
                                    const schemas::ReturnPath::Report* earlier) {
  if (earlier == nullptr && path.reports.size() >= kReportsPerReturnPath) {
    return refusal_by(Rule::return_path_used_up);
  }
  return std::nullopt;
}

Rule rule_of(const Decision& decision) {
  if (decision.late) return Rule::report_late;
  switch (decision.kind) {
    case Decision::Kind::absorb: return Rule::report_absorbed;
    case Decision::Kind::hold: return Rule::report_held;
    case Decision::Kind::hand_on: break;
  }
  runtime::check(false, "a report that is handed on is not dropped");
  return Rule::report_held;
}

}  // namespace waybill::relay::policy
