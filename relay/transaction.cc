#include "relay/transaction.h"

#include <algorithm>

#include "relay/limits.h"
#include "relay/message/received.h"
#include "runtime/log.h"

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

// The acceptance on its way to the disk, while the message is on its way to the first next hop.
class Transaction::Acceptance final : public forward::Clearance {
 public:
  explicit Acceptance(ingest::Recorded recorded) : recorded_(std::move(recorded)) {}

  Task<Result<void>> clear() override {
    if (!known_) known_ = co_await recorded_.wait();
    co_return *known_;
  }

 private:
  ingest::Recorded recorded_;
  std::optional<Result<void>> known_;
};

Transaction::Transaction(Lane& lane, Client client, const smtp::MailStep& mail)
    : lane_(lane),
      client_(std::move(client)),
      id_(schemas::new_id<schemas::MessageId>(lane.clock.wall(), lane.chance)),
      routes_(lane.routes.get()),
      dsn_(mail.dsn),
      sender_(mail.sender ? mail.sender->text() : std::string()),
      spool_(lane.spool) {
  mail_.sender = mail.sender;
  mail_.size = mail.size;
  mail_.eight_bit_mime = mail.body == smtp::BodyKind::eight_bit_mime;
  mail_.smtputf8 = mail.smtputf8;
}

Transaction::~Transaction() = default;

Subject Transaction::subject_for(const std::string& recipient) const {
  Subject subject;
  subject.recipient = recipient;
  subject.sender = sender_;
  subject.client_ip = client_.endpoint.address.to_string();
  subject.message = id_;
  return subject;
}

schemas::DeliveryId Transaction::new_delivery() {
  return schemas::new_id<schemas::DeliveryId>(lane_.clock.wall(), lane_.chance);
}

// The environment's failures of the log, as replies.
Reply Transaction::unrecorded(const runtime::Error& error) const {
  lane_.metrics.unrecorded.add();
  if (runtime::errc_of(error) == Errc::log_full) {
    return {451, "4.3.1", "The log is full; try again later"};
  }
  return {451, "4.3.0", "The verdict could not be put on record; try again later"};
}

Task<Reply> Transaction::refuse(Subject subject, std::string rule, Reply reply) {
  std::vector<Event> events;
  events.push_back(policy_refusal(subject, pb::STAGE_RCPT, "RCPT", std::move(rule), reply));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(recorded.error());
  (reply.permanent() ? lane_.metrics.rejected : lane_.metrics.deferred).add();
  co_return reply;
}

Task<Reply> Transaction::rcpt(smtp::RcptStep step) {
  Subject subject = subject_for(step.argument);
  if (step.syntax_error) {
    const std::string rule = step.syntax_error->permanent() ? "syntax" : "too-many-recipients";
    co_return co_await refuse(std::move(subject), rule, *step.syntax_error);
  }
  const routes::Lookup lookup = routes_->find(*step.recipient);
  if (const auto* unknown = std::get_if<routes::UnknownAlias>(&lookup)) {
    subject.domain = unknown->domain->name;
    subject.alias = unknown->alias.text();
    const Reply reply{550, "5.1.1", "No such address here"};
    co_return co_await refuse(std::move(subject), "unknown-alias", reply);
  }
  const auto* found = std::get_if<routes::Found>(&lookup);
  if (found == nullptr) {
    const Reply reply{550, "5.7.1", "This server does not take mail for that domain"};
    co_return co_await refuse(std::move(subject), "unknown-domain", reply);
  }
  subject.domain = found->domain->name;
  subject.alias = found->alias.text();
  const auto same = [&](const Recipient& r) { return r.subject.alias == subject.alias; };
  if (std::any_of(recipients_.begin(), recipients_.end(), same)) {
    // Named twice, delivered once.
    co_return Reply{250, "2.1.5", "Recipient already taken"};
  }
  if (const auto* reject = std::get_if<routes::RejectWith>(found->action)) {
    co_return co_await refuse(std::move(subject), found->route, reject->reply);
  }
  Recipient recipient;
  recipient.subject = std::move(subject);
  recipient.route = found->route;
  recipient.log_subject = found->domain->log_subject;
  recipient.dsn = std::move(step.dsn);
  if (const auto* forward = std::get_if<routes::ForwardTo>(found->action)) {
    co_return co_await ask_targets(std::move(recipient), *forward);
  }
  recipient.drop = true;
  recipient.deliveries.push_back({new_delivery(), nullptr});
  recipients_.push_back(std::move(recipient));
  co_return Reply{250, "2.1.5", "Recipient ok"};
}

Task<Reply> Transaction::ask_targets(Recipient recipient, routes::ForwardTo forward) {
  const Instant deadline = lane_.clock.now() + lane_.settings.rcpt_deadline;
  CombinedReply combined;
  std::vector<Event> refusals;
  for (const routes::Target& target : forward.targets) {
    Delivery delivery;
    delivery.id = new_delivery();
    delivery.handover = std::make_unique<Handover>(lane_.forward, target, mail_);
    const HopAnswer answer = co_await delivery.handover->ask(deadline);
    combined.add(answer);
    if (answer.kind == HopAnswer::Kind::accepted) {
      recipient.deliveries.push_back(std::move(delivery));
      continue;
    }
    refusals.push_back(hop_verdict(recipient.subject, pb::STAGE_RCPT, answer, target, delivery.id,
                                   runtime::Duration::zero()));
    (answer.kind == HopAnswer::Kind::refused ? lane_.metrics.rejected : lane_.metrics.deferred)
        .add();
  }
  Reply reply = combined.reply();
  if (refusals.empty()) {
    recipients_.push_back(std::move(recipient));
    co_return Reply{250, "2.1.5", "Recipient ok"};
  }
  const auto recorded = co_await lane_.recorder.record(std::move(refusals));
  if (!recorded) co_return unrecorded(recorded.error());
  co_return reply;
}

Task<void> Transaction::body(std::string_view octets) {
  if (spool_failed_) co_return;
  const auto kept = co_await spool_.append(octets);
  if (kept) co_return;
  spool_failed_ = true;
  runtime::log(runtime::Level::warn, "relay", "message could not be spooled",
               {{"error", kept.error().message()}});
}

// Before any acceptance: the deliveries asked for at RCPT are let go with the transaction.
Task<Reply> Transaction::refuse_body(std::string rule, Reply reply) {
  std::vector<Event> events;
  for (const Recipient& recipient : recipients_) {
    events.push_back(policy_refusal(recipient.subject, pb::STAGE_BODY, "body", rule, reply));
  }
  const double count = static_cast<double>(events.size());
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(recorded.error());
  (reply.permanent() ? lane_.metrics.rejected : lane_.metrics.deferred).add(count);
  co_return reply;
}

Task<Reply> Transaction::abandon(Reply reply, std::string rule) {
  co_return co_await refuse_body(std::move(rule), std::move(reply));
}

Task<Reply> Transaction::end(smtp::BodyFault fault) {
  const Instant began = lane_.clock.now();
  Reply reply;
  if (fault == smtp::BodyFault::bare_line_end) {
    reply = {550, "5.6.0", "The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)"};
    reply = co_await refuse_body("bare-line-end", reply);
  } else if (fault == smtp::BodyFault::too_large) {
    reply = {552, "5.3.4", "The message is larger than this server takes"};
    reply = co_await refuse_body("message-size", reply);
  } else if (spool_failed_) {
    reply = {452, "4.3.1", "No room to keep the message while it is forwarded"};
    reply = co_await refuse_body("spool", reply);
  } else {
    header_ = message::scan_header(spool_.head());
    if (header_.received > kMaxReceivedHeaders) {
      reply = {554, "5.4.6", "Too many Received fields: the message is in a loop"};
      reply = co_await refuse_body("hop-count", reply);
    } else {
      reply = co_await hand_over();
    }
  }
  const runtime::Duration spent = lane_.clock.now() - began;
  lane_.metrics.body_to_reply.observe(std::chrono::duration<double>(spent).count());
  co_return reply;
}

Event Transaction::accepted_event(const Recipient& recipient) const {
  Event event = begin_event(recipient.subject);
  pb::Accepted& body = *event.mutable_accepted();
  body.set_client_port(client_.endpoint.port);
  body.set_helo(schemas::clean_reply_text(client_.helo));
  body.set_recipient(recipient.subject.recipient);
  body.set_size(spool_.size());
  body.set_rfc5322_message_id(schemas::clean_reply_text(header_.message_id));
  if (recipient.log_subject) body.set_subject(schemas::clean_reply_text(header_.subject));
  body.set_header_from(schemas::clean_reply_text(header_.from));
  body.set_route(recipient.route);
  body.set_smtputf8(mail_.smtputf8);
  if (!dsn_.ret.empty() || !dsn_.envid.empty() || !recipient.dsn.notify.empty() ||
      !recipient.dsn.orcpt.empty()) {
    pb::DsnRequest& dsn = *body.mutable_dsn();
    dsn.set_ret(dsn_.ret);
    dsn.set_envid(dsn_.envid);
    dsn.set_notify(recipient.dsn.notify);
    dsn.set_orcpt(recipient.dsn.orcpt);
  }
  for (const Delivery& delivery : recipient.deliveries) {
    pb::ChosenTarget& target = *body.add_targets();
    target.set_delivery_id(delivery.id.bytes());
    if (delivery.handover != nullptr) target.set_target(delivery.handover->target().text());
  }
  return event;
}

// One Accepted for each recipient; what a rule drops ends in the same breath.
std::vector<Event> Transaction::accepted_events() const {
  std::vector<Event> events;
  for (const Recipient& recipient : recipients_) {
    events.push_back(accepted_event(recipient));
    if (!recipient.drop) continue;
    Event dropped = begin_event(recipient.subject);
    dropped.set_delivery_id(recipient.deliveries.front().id.bytes());
    dropped.mutable_dropped()->set_rule(recipient.route);
    events.push_back(std::move(dropped));
  }
  return events;
}

std::string Transaction::trace_field() const {
  message::Trace trace;
  trace.helo = client_.helo;
  trace.client = client_.endpoint;
  trace.host_name = lane_.settings.host_name;
  trace.protocol = mail_.smtputf8 ? "UTF8SMTP" : client_.esmtp ? "ESMTP" : "SMTP";
  const std::string id = id_.text();
  trace.id = id;
  trace.time = lane_.clock.wall();
  return message::received_field(trace);
}

Task<Reply> Transaction::hand_over() {
  const Instant deadline = lane_.clock.now() + lane_.settings.final_deadline;
  Acceptance acceptance(lane_.recorder.begin(accepted_events()));
  CombinedReply combined;
  bool forwarded = false;
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      if (recipient.drop) continue;
      const auto answer = co_await hand_over_one(recipient, delivery, acceptance, deadline);
      if (!answer) co_return unrecorded(answer.error());
      combined.add(*answer);
      forwarded = true;
    }
  }
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return unrecorded(accepted.error());
  count_accepted();
  if (!forwarded) co_return Reply{250, "2.0.0", "Message taken"};
  co_return combined.reply();
}

void Transaction::count_accepted() {
  for (const Recipient& recipient : recipients_) {
    lane_.metrics.accepted.add();
    if (recipient.drop) lane_.metrics.dropped.add();
  }
}

// The error of the log, where the acceptance or the outcome did not get on record.
Task<Result<HopAnswer>> Transaction::hand_over_one(Recipient& recipient, Delivery& delivery,
                                                   Acceptance& acceptance, Instant deadline) {
  const Instant began = lane_.clock.now();
  HopAnswer answer = co_await delivery.handover->send(trace_field(), spool_, acceptance, deadline);
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return accepted.error();
  std::vector<Event> outcome;
  outcome.push_back(hop_verdict(recipient.subject, pb::STAGE_BODY, answer,
                                delivery.handover->target(), delivery.id,
                                lane_.clock.now() - began));
  const auto written = co_await lane_.recorder.record(std::move(outcome));
  if (!written) co_return written.error();
  switch (answer.kind) {
    case HopAnswer::Kind::accepted: lane_.metrics.forwarded.add(); break;
    case HopAnswer::Kind::refused: lane_.metrics.rejected.add(); break;
    case HopAnswer::Kind::deferred: lane_.metrics.deferred.add(); break;
    case HopAnswer::Kind::in_doubt: lane_.metrics.in_doubt.add(); break;
  }
  co_return answer;
}

}  // namespace waybill::relay
