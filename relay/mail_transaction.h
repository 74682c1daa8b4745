// MailTransaction: the recipients of one mail that goes on to next hops or is dropped, from their
// RCPT to the reply to the body.
//
// Promises: a next hop's refusal at RCPT is on record before it is returned; the acceptance is on
// record before the last octet of the message goes to a next hop; each delivery's outcome is on
// record before the next delivery begins and before the sender hears of it. Where the log does not
// take an event, the reply is 451 instead. Owner's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "relay/acceptance.h"
#include "relay/sender_envelope.h"
#include "relay/trust/judge.h"

namespace waybill::relay {

class MailTransaction {
 public:
  // Both outlive it.
  MailTransaction(Lane& lane, const SenderEnvelope& envelope) : lane_(lane), envelope_(envelope) {}

  bool empty() const { return recipients_.empty(); }
  bool has(const schemas::Address& alias) const;
  std::vector<Subject> subjects() const;

  // A recipient whose route forwards or drops. Asks its next hops; the reply to RCPT.
  runtime::Task<schemas::Reply> take(Subject subject, routes::Found found, smtp::RcptDsn dsn);

  // SPF, DKIM and DMARC. The refusal, where the author's domain asks for one and a recipient's
  // domain grants it: one reply speaks for all recipients. Nothing is on record yet.
  runtime::Task<std::optional<policy::Refusal>> judge_sender(WholeMessage message);

  // After judge_sender() found nothing: records the acceptance, hands over, records the outcomes.
  // The reply to the body.
  runtime::Task<schemas::Reply> hand_over(WholeMessage message);

 private:
  struct Delivery {
    schemas::DeliveryId id;
    std::unique_ptr<forward::Handover> handover;
    bool ended = false;  // its outcome is on its way to the record
  };
  struct Recipient {
    Subject subject;
    routes::Found found;
    smtp::RcptDsn dsn;
    std::vector<Delivery> deliveries;

    bool drops() const { return std::holds_alternative<schemas::DropSilently>(*found.action); }
  };

  schemas::DeliveryId new_delivery();
  runtime::Task<schemas::Reply> ask_targets(Recipient recipient);
  smtp::MailParameters mail_for(const Recipient& recipient,
                                const schemas::DeliveryId& delivery) const;
  std::uint16_t partition_of(const Recipient& recipient) const;
  bool any_domain_is(bool (*wanted)(const schemas::DomainRoutes&)) const;
  trust::JudgeRequest judge_request() const;
  schemas::Event accepted_by_route(const Recipient& recipient, const WholeMessage& message) const;
  std::vector<schemas::Event> accepted_events(const WholeMessage& message) const;
  runtime::Task<runtime::Result<forward::HopAnswer>> hand_over_one(Recipient& recipient,
                                                                   Delivery& delivery,
                                                                   message::Spool& spool,
                                                                   Acceptance& acceptance,
                                                                   runtime::Instant deadline);
  runtime::Task<void> tell_relayed(const Recipient& recipient, const Delivery& delivery,
                                   const WholeMessage& message);
  schemas::ReturnPath path_of(const Recipient& recipient, const Delivery& delivery,
                              const WholeMessage& message) const;
  schemas::Reply not_recorded(const runtime::Error& error);
  std::string trace_fields() const;

  Lane& lane_;
  const SenderEnvelope& envelope_;
  std::vector<Recipient> recipients_;
  trust::Judgement judgement_;
  std::string auth_results_;
};

}  // namespace waybill::relay
