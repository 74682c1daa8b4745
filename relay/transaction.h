// Transaction: one mail transaction (RFC 5321 3.3), from MAIL to the reply to its body.
//
// It keeps the promises of the log: every refusal of a recipient or a body is durable before the
// reply that says it is returned, the acceptance is durable before the last octet of the message
// goes to a next hop, and each delivery's outcome is durable before the sender hears of it. Where
// the log does not take an event, the reply is 451 instead. Owner's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "relay/acceptance.h"
#include "relay/homecoming.h"
#include "relay/lane.h"
#include "relay/message/header_scan.h"
#include "relay/smtp/server_core.h"
#include "relay/trust/judge.h"
#include "relay/verdict.h"

namespace waybill::relay {

// The client as the session knows it.
struct Client {
  runtime::Endpoint endpoint;
  std::string helo;
  bool esmtp = false;
};

class Transaction {
 public:
  Transaction(Lane& lane, Client client, const smtp::MailStep& mail);
  ~Transaction();

  // Routes the recipient and asks its next hops. The reply to RCPT.
  runtime::Task<schemas::Reply> rcpt(smtp::RcptStep step);

  // Octets of the body, which live until the task ends. A failure is told by end().
  runtime::Task<void> body(std::string_view octets);

  // The body is whole: judges it, records the acceptance, hands over, records the outcomes. The
  // reply to the body.
  runtime::Task<schemas::Reply> end(smtp::BodyFault fault);

  // The body will not become whole in time: every recipient is refused by this 4xx. The reply to
  // say: this one, or 451 if it could not be put on record.
  runtime::Task<schemas::Reply> abandon(schemas::Reply reply, std::string rule);

 private:
  struct Delivery {
    schemas::DeliveryId id;
    std::unique_ptr<forward::Handover> handover;
    bool ended = false;  // its outcome is on its way to the record
  };
  struct Recipient {
    Subject subject;
    std::string route;
    bool drop = false;
    bool log_subject = false;
    routes::DmarcMode dmarc = routes::DmarcMode::enforce;
    std::chrono::seconds window{};  // in which a bounce of it goes home
    smtp::RcptDsn dsn;
    std::vector<Delivery> deliveries;
  };

  Subject subject_for(const std::string& recipient) const;
  runtime::Task<schemas::Reply> refuse(Subject subject, std::string rule, schemas::Reply reply);
  runtime::Task<schemas::Reply> refuse_body(std::string rule, schemas::Reply reply);
  runtime::Task<schemas::Reply> return_path(smtp::RcptStep step, const routes::Domain& domain);
  returnpath::ReportPolicy report_policy(const routes::Domain& domain,
                                         const std::string& alias) const;
  runtime::Task<schemas::Reply> ask_targets(Recipient recipient, routes::ForwardTo forward);
  std::uint16_t partition_of(const Recipient& recipient) const;
  schemas::Reply not_recorded(const runtime::Error& error);
  smtp::MailParameters mail_of(const Recipient& recipient,
                               const schemas::DeliveryId& delivery) const;
  runtime::Task<std::optional<schemas::Reply>> judge_sender();
  runtime::Task<schemas::Reply> end_whole();
  runtime::Task<schemas::Reply> hand_over();
  runtime::Task<runtime::Result<forward::HopAnswer>> hand_over_one(Recipient& recipient,
                                                                   Delivery& delivery,
                                                                   Acceptance& acceptance,
                                                                   runtime::Instant deadline);
  runtime::Task<void> tell_relayed(const Recipient& recipient, const Delivery& delivery);
  schemas::Event accepted_event(const Recipient& recipient) const;
  std::vector<schemas::Event> accepted_events() const;
  trust::JudgeRequest judge_request() const;
  std::string trace_fields() const;
  schemas::DeliveryId new_delivery();

  Lane& lane_;
  Client client_;
  schemas::MessageId id_;
  std::shared_ptr<const routes::RouteTable> routes_;
  smtp::MailParameters mail_;
  smtp::MailDsn dsn_;
  std::optional<std::string> sender_;
  std::vector<Recipient> recipients_;
  std::optional<Homecoming> report_;
  std::optional<trust::Judgement> judgement_;
  std::string auth_results_;
  message::Spool spool_;
  bool spool_failed_ = false;
  std::uint64_t received_octets_ = 0;
  message::HeaderFacts header_;
};

}  // namespace waybill::relay
