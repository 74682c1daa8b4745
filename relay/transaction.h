// Transaction: one mail transaction (RFC 5321 3.3), from MAIL to the reply to its body.
//
// It gathers what is known of each recipient and of the body, lets relay/policy judge, and puts
// every refusal on record before it returns the reply that says it. A mail's recipients are in a
// MailTransaction, a report's one in a ReportTransaction; no transaction has both. Where the log
// does not take an event, the reply is 451 instead. Owner's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/mail_transaction.h"
#include "relay/policy/judge_body.h"
#include "relay/policy/judge_recipient.h"
#include "relay/report_transaction.h"
#include "relay/sender_envelope.h"
#include "relay/transaction_line.h"

namespace waybill::relay {

// MAIL that the SMTP core refused: no transaction begins. The reply to it, once the refusal is on
// record.
runtime::Task<schemas::Reply> refuse_mail(Lane& lane, Client client, smtp::MailStep mail);

class Transaction {
 public:
  Transaction(Lane& lane, Client client, const smtp::MailStep& mail);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Routes the recipient and asks its next hops. The reply to RCPT.
  runtime::Task<schemas::Reply> rcpt(smtp::RcptStep step);

  // Octets of the body, which live until the task ends. end() reports a failure.
  runtime::Task<void> body(std::string_view octets);
  // Recipients that were taken, each once; a report has none.
  std::size_t recipients() const { return mail_.recipients(); }

  // All that came by body().
  std::uint64_t body_octets() const { return body_octets_; }

  // The body is whole: judges it, records the acceptance, hands over, records the outcomes. The
  // reply to the body; `each`, if it is not empty, one for each RCPT that was accepted.
  runtime::Task<plan::BodyReply> end(smtp::BodyFault fault);

  // The body will not become whole in time: every recipient is refused by this 421. The reply to
  // say: this one, or 451 if it could not be put on record.
  runtime::Task<schemas::Reply> time_out(schemas::Reply reply);

 private:
  struct Named {
    Subject subject;
    policy::RcptFacts facts;
    // Of a return path: what its token says, and the domain that it is in.
    std::optional<returnpath::TokenFacts> token;
    const schemas::DomainRoutes* domain = nullptr;
  };
  runtime::Task<schemas::Reply> answer_rcpt(smtp::RcptStep step);
  Named look_at(const smtp::RcptStep& step) const;
  void look_at_return_path(const schemas::Address& address, Named& named) const;
  bool asks_of_client(const Named& named) const;
  runtime::Task<policy::ClientClaims> claims_of_client();
  // What is against one recipient more of this client and sender.
  std::optional<policy::Refusal> beyond_rate();
  std::optional<policy::Refusal> greylisted();
  std::string sender_domain() const;
  std::string greylist_key() const;
  runtime::Task<schemas::Reply> take_report(Named named);
  std::vector<Subject> subjects() const;
  runtime::Task<schemas::Reply> refuse(Subject subject, policy::Refusal refusal);
  // `spam`: the judgement that it follows from.
  runtime::Task<schemas::Reply> refuse_body(policy::Refusal refusal,
                                            const spam::Judgement* spam = nullptr);
  runtime::Task<plan::BodyReply> end_whole(WholeMessage message);

  Lane& lane_;
  const SenderEnvelope envelope_;
  TransactionLine line_;
  MailTransaction mail_;
  std::optional<ReportTransaction> report_;
  message::Spool spool_;
  policy::BodyFacts::Kept kept_ = policy::BodyFacts::Kept::whole;
  std::uint64_t body_octets_ = 0;
};

}  // namespace waybill::relay
