#include "relay/policy/judge_spam.h"

namespace waybill::relay::policy {

std::optional<Refusal> judge_spam(const runtime::Explained<spam::Judgement>& judged,
                                  SpamEnforced enforced, spam::OnFailure on_failure) {
  if (enforced == SpamEnforced::no) return std::nullopt;
  if (!judged) {
    if (on_failure == spam::OnFailure::pass) return std::nullopt;
    return refusal_by(Rule::spam_unsure);
  }
  const auto with_text = [&](Rule rule, const char* usual) {
    return refusal_by(rule, reply_of(rule, judged->text.empty() ? usual : judged->text));
  };
  switch (judged->action) {
    case spam::Action::pass:
    case spam::Action::tag: return std::nullopt;
    case spam::Action::put_off: return with_text(Rule::spam_later, "Try again later");
    case spam::Action::reject: break;
  }
  return with_text(Rule::spam, "The message looks like spam");
}

}  // namespace waybill::relay::policy
