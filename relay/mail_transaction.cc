#include "relay/mail_transaction.h"

#include <algorithm>

#include "relay/homecoming.h"
#include "relay/message/received.h"
#include "relay/policy/judge_body.h"
#include "relay/policy/limits.h"
#include "relay/returnpath/token.h"
#include "runtime/clock.h"
#include "schemas/partition.h"

namespace waybill::relay {

using forward::Handover;
using forward::HopAnswer;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

bool enforces_dmarc(const schemas::DomainRoutes& domain) {
  return domain.dmarc == schemas::DmarcMode::enforce;
}

bool heeds_dmarc(const schemas::DomainRoutes& domain) {
  return domain.dmarc != schemas::DmarcMode::ignore;
}

}  // namespace

schemas::DeliveryId MailTransaction::new_delivery() {
  return schemas::new_id<schemas::DeliveryId>(lane_.clock.wall(), lane_.chance);
}

bool MailTransaction::has(const schemas::Address& alias) const {
  return std::any_of(recipients_.begin(), recipients_.end(),
                     [&](const Recipient& recipient) { return recipient.found.alias == alias; });
}

std::vector<Subject> MailTransaction::subjects() const {
  std::vector<Subject> out;
  for (const Recipient& recipient : recipients_) out.push_back(recipient.subject);
  return out;
}

bool MailTransaction::any_domain_is(bool (*wanted)(const schemas::DomainRoutes&)) const {
  return std::any_of(recipients_.begin(), recipients_.end(),
                     [&](const Recipient& recipient) { return wanted(*recipient.found.domain); });
}

std::uint16_t MailTransaction::partition_of(const Recipient& recipient) const {
  return static_cast<std::uint16_t>(
      schemas::partition_of_key(recipient.subject.alias, lane_.partitions));
}

// The next hop's bounces are to come back to the delivery that they are about.
smtp::MailParameters MailTransaction::mail_for(const Recipient& recipient,
                                               const schemas::DeliveryId& delivery) const {
  smtp::MailParameters mail = envelope_.mail;
  if (!mail.sender) return mail;
  const schemas::Address& alias = recipient.found.alias;
  const auto keys = lane_.keys.get();
  mail.sender = alias.with_local(returnpath::issue_token(keys->current(), alias.domain(),
                                                         {partition_of(recipient), delivery}));
  return mail;
}

Task<Reply> MailTransaction::take(Subject subject, routes::Found found, smtp::RcptDsn dsn) {
  Recipient recipient{std::move(subject), std::move(found), std::move(dsn), {}};
  if (!recipient.drops()) co_return co_await ask_targets(std::move(recipient));
  recipient.deliveries.push_back({new_delivery(), nullptr});
  recipients_.push_back(std::move(recipient));
  co_return Reply{250, "2.1.5", "Recipient ok"};
}

Task<Reply> MailTransaction::ask_targets(Recipient recipient) {
  const auto& forward = std::get<schemas::ForwardTo>(*recipient.found.action);
  const Instant deadline = lane_.clock.now() + lane_.settings.rcpt_deadline;
  CombinedReply combined;
  std::vector<Event> refusals;
  for (const schemas::Target& target : forward.targets) {
    Delivery delivery;
    delivery.id = new_delivery();
    delivery.handover = std::make_unique<Handover>(lane_.forward, target,
                                                   mail_for(recipient, delivery.id), recipient.dsn);
    const HopAnswer answer = co_await delivery.handover->ask(deadline);
    combined.add(answer);
    if (answer.kind == HopAnswer::Kind::accepted) {
      recipient.deliveries.push_back(std::move(delivery));
      continue;
    }
    refusals.push_back(hop_verdict(recipient.subject, pb::STAGE_RCPT, answer, target, delivery.id,
                                   runtime::Duration::zero()));
  }
  Reply reply = combined.reply();
  if (refusals.empty()) {
    recipients_.push_back(std::move(recipient));
    co_return Reply{250, "2.1.5", "Recipient ok"};
  }
  // If the process ends here, next hops lose a connection on which no data was sent, and nothing is
  // on record: the sender heard nothing and comes again.
  const auto recorded = co_await lane_.recorder.record(std::move(refusals));
  // If it ends here, the refusals are on record and the sender has not heard them: its retry makes
  // others.
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return reply;
}

trust::JudgeRequest MailTransaction::judge_request() const {
  trust::JudgeRequest request;
  request.client = envelope_.client.endpoint.address;
  request.helo = envelope_.client.helo;
  request.sender = envelope_.mail.sender;
  request.host_name = lane_.settings.host_name;
  request.now = lane_.clock.wall();
  request.with_dmarc = any_domain_is(heeds_dmarc);
  return request;
}

// And our Authentication-Results field in place of forged ones (RFC 8601 5).
Task<std::optional<policy::Refusal>> MailTransaction::judge_sender(WholeMessage message) {
  const std::string_view head = message.spool.head();
  const Instant deadline = lane_.clock.now() + kTrustTimeout;
  const trust::JudgeRequest request = judge_request();
  judgement_ =
      co_await trust::judge(lane_.forward.resolver, request, head, message.spool, deadline);
  auth_results_ = trust::auth_results_field(lane_.settings.host_name, request, judgement_);
  std::vector<message::Spool::Range> forged;
  for (const auto& range : trust::find_auth_results(head, lane_.settings.host_name)) {
    forged.push_back({range.begin, range.end});
  }
  message.spool.leave_out(std::move(forged));
  const auto enforced =
      any_domain_is(enforces_dmarc) ? policy::DmarcEnforced::yes : policy::DmarcEnforced::no;
  co_return policy::judge_dmarc(judgement_.dmarc, enforced);
}

// All but its targets.
Event MailTransaction::accepted_by_route(const Recipient& recipient,
                                         const WholeMessage& message) const {
  Event event = accepted_event(envelope_, message, recipient.subject, recipient.dsn);
  event.mutable_accepted()->set_route(recipient.found.route);
  trust::record_judgement(judgement_, *event.mutable_accepted());
  return event;
}

// One Accepted for each recipient; what a route drops ends in the same append.
std::vector<Event> MailTransaction::accepted_events(const WholeMessage& message) const {
  std::vector<Event> events;
  for (const Recipient& recipient : recipients_) {
    Event event = accepted_by_route(recipient, message);
    pb::Accepted& body = *event.mutable_accepted();
    if (recipient.found.domain->log_subject) {
      body.set_subject(schemas::clean_reply_text(message.header.subject));
    }
    for (const Delivery& delivery : recipient.deliveries) {
      pb::ChosenTarget& target = *body.add_targets();
      target.set_delivery_id(delivery.id.bytes());
      if (delivery.handover != nullptr) target.set_target(delivery.handover->target().text());
    }
    events.push_back(std::move(event));
    if (!recipient.drops()) continue;
    Event dropped = begin_event(recipient.subject);
    dropped.set_delivery_id(recipient.deliveries.front().id.bytes());
    dropped.mutable_dropped()->set_rule(recipient.found.route);
    events.push_back(std::move(dropped));
  }
  return events;
}

std::string MailTransaction::trace_fields() const {
  message::Trace trace;
  trace.helo = envelope_.client.helo;
  trace.client = envelope_.client.endpoint;
  trace.host_name = lane_.settings.host_name;
  trace.protocol = envelope_.client.esmtp ? "ESMTP" : "SMTP";
  if (envelope_.mail.smtputf8) trace.protocol = "UTF8SMTP";
  const std::string id = envelope_.id.text();
  trace.id = id;
  trace.time = lane_.clock.wall();
  return auth_results_ + message::received_field(trace);
}

// The tightest order of all; docs/life_of_a_message.md, steps 6 to 9. What ends the process below
// is a kill or a loss of power.
Task<Reply> MailTransaction::hand_over(WholeMessage message) {
  const Instant deadline = lane_.clock.now() + lane_.settings.final_deadline;
  // If the process ends here, nothing is on record and no octet of the message went to a next hop.
  Acceptance acceptance(lane_.recorder.begin(accepted_events(message)));
  // From here until the sync has returned, the acceptance is on the disk whole or not at all. If
  // it is, recovery says InDoubt of every target, though no message's end was sent.
  CombinedReply combined;
  bool forwarded = false;
  for (Recipient& recipient : recipients_) {
    if (recipient.drops()) continue;
    for (Delivery& delivery : recipient.deliveries) {
      const auto answer =
          co_await hand_over_one(recipient, delivery, message.spool, acceptance, deadline);
      // If the process ends here, this delivery's outcome stands and those that come after it are
      // open: recovery says InDoubt of each. The sender's retry brings a second copy to this one.
      if (!answer) co_return not_recorded(answer.error());
      combined.add(*answer);
      const bool taken = answer->kind == HopAnswer::Kind::accepted;
      if (taken && !answer->dsn_passed_on) {
        co_await tell_relayed(recipient, delivery, message);
      }
      forwarded = true;
    }
  }
  // Known since the first delivery; a mail that is only dropped waits for it here.
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return not_recorded(accepted.error());
  // If the process ends here, all is on record and the sender has not heard it: it sends the
  // message again, as another message with an acceptance of its own.
  if (!forwarded) co_return Reply{250, "2.0.0", "Message taken"};
  co_return combined.reply();
}

// The error of the log, where the acceptance or the outcome did not get on record.
Task<Result<HopAnswer>> MailTransaction::hand_over_one(Recipient& recipient, Delivery& delivery,
                                                       message::Spool& spool,
                                                       Acceptance& acceptance, Instant deadline) {
  const Instant began = lane_.clock.now();
  // Inside: DATA, the message, and its last octets once the acceptance is durable (handover.cc).
  HopAnswer answer = co_await delivery.handover->send(trace_fields(), spool, acceptance, deadline);
  // If the process ends here, the next hop may have the message and the delivery is open: recovery
  // says InDoubt, whatever the next hop answered.
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return accepted.error();
  std::vector<Event> outcome;
  outcome.push_back(hop_verdict(recipient.subject, pb::STAGE_BODY, answer,
                                delivery.handover->target(), delivery.id,
                                lane_.clock.now() - began));
  if (outcome.back().has_forwarded() && envelope_.mail.sender) {
    pb::Forwarded& forwarded = *outcome.back().mutable_forwarded();
    forwarded.set_return_path_id(delivery.id.bytes());
    forwarded.set_bounce_until(schemas::nanoseconds(returnpath::began_at(delivery.id) +
                                                    recipient.found.domain->bounce_window));
  }
  delivery.ended = true;
  const auto written = co_await lane_.recorder.record(std::move(outcome));
  // The outcome and the end of the open delivery are one batch: a crash in the sync leaves both or
  // neither, and recovery never says InDoubt beside an outcome.
  if (!written) co_return written.error();
  co_return answer;
}

// What the log was too slow for is in the journal all the same (ack = "kafka"): deliveries that
// were never begun end here, or they would stay open until the next start.
Reply MailTransaction::not_recorded(const runtime::Error& error) {
  std::vector<Event> ends;
  for (const Recipient& recipient : recipients_) {
    if (recipient.drops() || error != Errc::timeout) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (delivery.ended) continue;
      ends.push_back(unsent(recipient.subject, delivery.handover->target(), delivery.id));
    }
  }
  // Nobody waits for it: what closes always fits.
  if (!ends.empty()) lane_.recorder.begin(std::move(ends));
  return unrecorded(lane_.metrics, error);
}

// As the views will have it, but for the time of the acceptance: the journal's is not known here.
schemas::ReturnPath MailTransaction::path_of(const Recipient& recipient, const Delivery& delivery,
                                             const WholeMessage& message) const {
  Event accepted = accepted_by_route(recipient, message);
  accepted.set_occurred_at(schemas::nanoseconds(lane_.clock.wall()));
  schemas::ReturnPath path;
  schemas::open_return_path(accepted, delivery.handover->target().text(), path);
  return path;
}

Task<void> MailTransaction::tell_relayed(const Recipient& recipient, const Delivery& delivery,
                                         const WholeMessage& message) {
  if (!envelope_.mail.sender) co_return;
  if (recipient.dsn.notify.find("SUCCESS") == std::string::npos) co_return;
  Subject subject = recipient.subject;
  subject.partition = partition_of(recipient);
  subject.sender = std::string();
  subject.message = schemas::new_id<schemas::MessageId>(lane_.clock.wall(), lane_.chance);
  subject.reported = delivery.id;
  Event accepted = begin_event(subject);
  accepted.mutable_accepted()->set_recipient(subject.recipient);
  const auto policy = returnpath::policy_of(*recipient.found.domain, recipient.found.action);
  Homecoming home(lane_, std::move(subject), delivery.id, path_of(recipient, delivery, message),
                  policy);
  co_await home.tell_relayed(std::move(accepted));
}

}  // namespace waybill::relay
