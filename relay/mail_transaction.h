// MailTransaction: the recipients of one mail that goes on to next hops or is dropped, from their
// RCPT to the reply to the body: the gate of trust, and behind it the plan of its hand-over
// (hand_over_plan.h), whose promises are its own. Owner's thread.
#pragma once

#include <string>
#include <vector>

#include "relay/hand_over_plan.h"

namespace waybill::relay {

class MailTransaction {
 public:
  // Both outlive it.
  MailTransaction(Lane& lane, const SenderEnvelope& envelope)
      : lane_(lane), envelope_(envelope), plan_(lane, envelope) {}

  bool accepted() const { return plan_.accepted(); }
  bool empty() const { return plan_.recipients().empty(); }
  std::size_t recipients() const { return plan_.recipients().size(); }
  // The recipient is taken already: it is named twice and delivered once. This RCPT is accepted.
  bool take_again(const schemas::Address& alias);
  std::vector<Subject> subjects() const;

  // A recipient whose route forwards or drops. Asks its next hops; the reply to RCPT.
  runtime::Task<schemas::Reply> take(Subject subject, routes::Found found, smtp::RcptDsn dsn);

  // SPF, DKIM and DMARC. The refusal, where the author's domain asks for one and a recipient's
  // domain grants it: one reply speaks for all recipients. Nothing is on record yet.
  runtime::Task<std::optional<policy::Refusal>> judge_sender(WholeMessage message);

  // The spam filter's judgement, where one is asked and some domain heeds it. The refusal, where a
  // recipient's domain lets it refuse. After judge_sender() found nothing.
  runtime::Task<std::optional<policy::Refusal>> judge_content(WholeMessage message);
  // nullptr: there is none.
  const spam::Judgement* spam() const { return trusted_.spam ? &*trusted_.spam : nullptr; }

  // After both found nothing: records the acceptance, hands over, records the outcomes.
  // The reply to the body; `each`, if it is not empty, one for each RCPT that was accepted.
  runtime::Task<plan::BodyReply> hand_over(WholeMessage message);

 private:
  bool any_domain_is(bool (*wanted)(const schemas::DomainRoutes&)) const;
  trust::JudgeRequest judge_request() const;
  runtime::Task<spam::Question> spam_question() const;
  std::string spam_fields() const;

  Lane& lane_;
  const SenderEnvelope& envelope_;
  HandOverPlan plan_;
  std::vector<std::size_t> named_;  // of each accepted RCPT: which of the plan's recipients
  Trusted trusted_;
};

}  // namespace waybill::relay
