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

std::optional<Refusal> judge_from(trust::From from, const std::optional<schemas::Address>& sender,
                                  DmarcEnforced enforced) {
  if (enforced == DmarcEnforced::no) return std::nullopt;
  std::string text;
  switch (from) {
    case trust::From::readable: return std::nullopt;
    case trust::From::without_domain:
      if (!sender) return std::nullopt;
      text = "The From field names no domain";
      break;
    case trust::From::missing: text = "The message has no From field"; break;
    case trust::From::repeated: text = "The message has more than one From field"; break;
    case trust::From::unreadable: text = "The From field is not a list of mailboxes"; break;
  }
  return refusal_by(Rule::from_field, reply_of(Rule::from_field, text + " (RFC 5322 3.6)"));
}

std::optional<Refusal> judge_dmarc(const trust::dmarc::DmarcResult& result,
                                   DmarcEnforced enforced) {
  using trust::dmarc::DmarcCode;
  if (enforced == DmarcEnforced::no) return std::nullopt;
  if (result.policy != trust::dmarc::Policy::reject) return std::nullopt;
  if (result.code == DmarcCode::temperror) {
    return refusal_by(Rule::dmarc_unsure,
                      reply_of(Rule::dmarc_unsure, "DNS does not tell whether this mail is of " +
                                                       result.author + "; try again later"));
  }
  if (result.code != DmarcCode::fail) return std::nullopt;
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
