#include "relay/transaction.h"

#include <algorithm>

#include "relay/limits.h"
#include "relay/message/received.h"
#include "relay/returnpath/token.h"
#include "runtime/check.h"
#include "runtime/clock.h"
#include "runtime/log.h"
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

Task<Reply> Transaction::refuse(Subject subject, std::string rule, Reply reply) {
  std::vector<Event> events;
  events.push_back(policy_refusal(subject, pb::STAGE_RCPT, "RCPT", std::move(rule), reply));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return reply;
}

Task<Reply> Transaction::rcpt(smtp::RcptStep step) {
  Subject subject = subject_for(step.argument);
  if (step.syntax_error) {
    const std::string rule = step.syntax_error->permanent() ? "syntax" : "too-many-recipients";
    co_return co_await refuse(std::move(subject), rule, *step.syntax_error);
  }
  if (report_) {
    const Reply alone{452, "4.5.3", "A return path takes its report alone; send this one again"};
    co_return co_await refuse(std::move(subject), "return-path-alone", alone);
  }
  const auto own = routes_->domains().find(step.recipient->domain());
  if (own != routes_->domains().end() && returnpath::has_token_form(step.recipient->local())) {
    co_return co_await return_path(std::move(step), own->second);
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
  recipient.dmarc = found->domain->dmarc;
  recipient.window = found->domain->bounce_window;
  recipient.dsn = std::move(step.dsn);
  if (const auto* forward = std::get_if<routes::ForwardTo>(found->action)) {
    co_return co_await ask_targets(std::move(recipient), *forward);
  }
  recipient.drop = true;
  recipient.deliveries.push_back({new_delivery(), nullptr});
  recipients_.push_back(std::move(recipient));
  co_return Reply{250, "2.1.5", "Recipient ok"};
}

// Design: everything but the last question is answered without a look-up (I5).
Task<Reply> Transaction::return_path(smtp::RcptStep step, const routes::Domain& domain) {
  Subject subject = subject_for(step.argument);
  subject.domain = domain.name;
  subject.alias = step.recipient->text();
  if (mail_.sender) {
    const Reply reply{550, "5.7.1", "A return path takes reports alone, from the null sender"};
    co_return co_await refuse(std::move(subject), "return-path-sender", reply);
  }
  const auto keys = lane_.keys.get();
  const auto token = returnpath::read_token(*keys, domain.name, step.recipient->local());
  if (!token) {
    const Reply reply{550, "5.1.1", "No such address here"};
    co_return co_await refuse(std::move(subject), "return-path-forged", reply);
  }
  subject.reported = token->delivery;
  subject.partition = token->partition;
  if (lane_.clock.wall() > returnpath::began_at(token->delivery) + domain.bounce_window) {
    const Reply reply{550, "5.7.1", "This return path has expired: its time for reports is over"};
    co_return co_await refuse(std::move(subject), "return-path-expired", reply);
  }
  if (!recipients_.empty()) {
    const Reply alone{452, "4.5.3", "A return path takes its report alone; send this one again"};
    co_return co_await refuse(std::move(subject), "return-path-alone", alone);
  }
  const Instant deadline = lane_.clock.now() + kReturnPathTimeout;
  auto path = co_await lane_.return_paths.find(*token, deadline);
  if (!path) {
    const Reply reply{451, "4.3.0",
                      "Whose return path this is cannot be said now; try again later"};
    co_return co_await refuse(std::move(subject), "return-path-unknown", reply);
  }
  subject.alias = path->alias;
  const auto& reports = path->reports;
  const bool all_done =
      std::all_of(reports.begin(), reports.end(), [](const auto& report) { return report.done; });
  if (reports.size() >= kReportsPerReturnPath && all_done) {
    const Reply reply{550, "5.7.1", "This return path has taken all the reports that it may"};
    co_return co_await refuse(std::move(subject), "return-path-used-up", reply);
  }
  Recipient recipient;
  recipient.subject = subject;
  recipient.drop = true;
  recipients_.push_back(std::move(recipient));
  report_.emplace(lane_, std::move(subject), *token, std::move(*path),
                  report_policy(domain, recipients_.front().subject.alias));
  co_return Reply{250, "2.1.5", "Return path ok"};
}

returnpath::ReportPolicy Transaction::report_policy(const routes::Domain& domain,
                                                    const std::string& alias) const {
  returnpath::ReportPolicy policy{domain.reports_to, domain.redact, domain.bounce_window};
  const auto address = schemas::Address::parse(alias);
  if (!address) return policy;
  const routes::Lookup lookup = routes_->find(*address);
  const auto* const found = std::get_if<routes::Found>(&lookup);
  const auto* const forward =
      found == nullptr ? nullptr : std::get_if<routes::ForwardTo>(found->action);
  if (forward == nullptr) return policy;
  if (forward->reports_to) policy.to = *forward->reports_to;
  if (forward->redact) policy.redact = *forward->redact;
  return policy;
}

std::uint16_t Transaction::partition_of(const Recipient& recipient) const {
  return static_cast<std::uint16_t>(
      schemas::partition_of_key(recipient.subject.alias, lane_.partitions));
}

// The next hop's bounces are to come back to the delivery that they are about.
smtp::MailParameters Transaction::mail_of(const Recipient& recipient,
                                          const schemas::DeliveryId& delivery) const {
  smtp::MailParameters mail = mail_;
  mail.ret = dsn_.ret;
  mail.envid = dsn_.envid;
  if (!mail.sender) return mail;
  const auto keys = lane_.keys.get();
  const std::string& domain = recipient.subject.domain;
  const std::string local =
      returnpath::issue_token(keys->current(), domain, {partition_of(recipient), delivery});
  const auto address = schemas::Address::parse(std::string(local).append("@").append(domain));
  runtime::check(address.has_value(), "a token and a known domain are an address");
  mail.sender = *address;
  return mail;
}

Task<Reply> Transaction::ask_targets(Recipient recipient, routes::ForwardTo forward) {
  const Instant deadline = lane_.clock.now() + lane_.settings.rcpt_deadline;
  CombinedReply combined;
  std::vector<Event> refusals;
  for (const routes::Target& target : forward.targets) {
    Delivery delivery;
    delivery.id = new_delivery();
    delivery.handover = std::make_unique<Handover>(lane_.forward, target,
                                                   mail_of(recipient, delivery.id), recipient.dsn);
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
  const auto recorded = co_await lane_.recorder.record(std::move(refusals));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return reply;
}

Task<void> Transaction::body(std::string_view octets) {
  if (spool_failed_) co_return;
  received_octets_ += octets.size();
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
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
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
    reply = co_await end_whole();
  }
  const runtime::Duration spent = lane_.clock.now() - began;
  lane_.metrics.body_to_reply.observe(std::chrono::duration<double>(spent).count());
  co_return reply;
}

Task<Reply> Transaction::end_whole() {
  header_ = message::scan_header(spool_.head());
  if (header_.received > kMaxReceivedHeaders) {
    const Reply loop{554, "5.4.6", "Too many Received fields: the message is in a loop"};
    co_return co_await refuse_body("hop-count", loop);
  }
  if (report_) co_return co_await report_->end(spool_, accepted_event(recipients_.front()));
  const auto refusal = co_await judge_sender();
  if (refusal) co_return co_await refuse_body("dmarc", *refusal);
  co_return co_await hand_over();
}

// SPF, DKIM and DMARC; and our field in place of forged ones. The refusal, where the author's
// domain asks for one and a recipient's domain grants it: one reply speaks for all recipients.
Task<std::optional<Reply>> Transaction::judge_sender() {
  const std::string_view head = spool_.head();
  const Instant deadline = lane_.clock.now() + kTrustTimeout;
  judgement_ =
      co_await trust::judge(lane_.forward.resolver, judge_request(), head, spool_, deadline);
  auth_results_ = trust::auth_results_field(lane_.settings.host_name, judge_request(), *judgement_);
  std::vector<message::Spool::Range> forged;
  for (const auto& range : trust::find_auth_results(head, lane_.settings.host_name)) {
    forged.push_back({range.begin, range.end});
  }
  spool_.leave_out(std::move(forged));
  const trust::dmarc::DmarcResult& dmarc = judgement_->dmarc;
  if (dmarc.code != trust::dmarc::DmarcCode::fail) co_return std::nullopt;
  if (dmarc.policy != trust::dmarc::Policy::reject) co_return std::nullopt;
  const bool enforced = std::any_of(
      recipients_.begin(), recipients_.end(),
      [](const Recipient& recipient) { return recipient.dmarc == routes::DmarcMode::enforce; });
  if (!enforced) co_return std::nullopt;
  co_return Reply{
      550, "5.7.1",
      "The domain " + dmarc.author + " asks to reject mail that fails its DMARC policy"};
}

trust::JudgeRequest Transaction::judge_request() const {
  trust::JudgeRequest request;
  request.client = client_.endpoint.address;
  request.helo = client_.helo;
  request.sender = mail_.sender;
  request.host_name = lane_.settings.host_name;
  request.now = lane_.clock.wall();
  request.with_dmarc = std::any_of(
      recipients_.begin(), recipients_.end(),
      [](const Recipient& recipient) { return recipient.dmarc != routes::DmarcMode::ignore; });
  return request;
}

Event Transaction::accepted_event(const Recipient& recipient) const {
  Event event = begin_event(recipient.subject);
  pb::Accepted& body = *event.mutable_accepted();
  body.set_client_port(client_.endpoint.port);
  body.set_helo(schemas::clean_reply_text(client_.helo));
  body.set_recipient(recipient.subject.recipient);
  body.set_size(received_octets_);
  body.set_rfc5322_message_id(schemas::clean_reply_text(header_.message_id));
  if (recipient.log_subject) body.set_subject(schemas::clean_reply_text(header_.subject));
  body.set_header_from(schemas::clean_reply_text(header_.from));
  body.set_route(recipient.route);
  body.set_smtputf8(mail_.smtputf8);
  if (judgement_) trust::record_judgement(*judgement_, body);
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

std::string Transaction::trace_fields() const {
  message::Trace trace;
  trace.helo = client_.helo;
  trace.client = client_.endpoint;
  trace.host_name = lane_.settings.host_name;
  trace.protocol = mail_.smtputf8 ? "UTF8SMTP" : client_.esmtp ? "ESMTP" : "SMTP";
  const std::string id = id_.text();
  trace.id = id;
  trace.time = lane_.clock.wall();
  return auth_results_ + message::received_field(trace);
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
      if (!answer) co_return not_recorded(answer.error());
      combined.add(*answer);
      const bool taken = answer->kind == HopAnswer::Kind::accepted;
      if (taken && !answer->dsn_passed_on) co_await tell_relayed(recipient, delivery);
      forwarded = true;
    }
  }
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return not_recorded(accepted.error());
  if (!forwarded) co_return Reply{250, "2.0.0", "Message taken"};
  co_return combined.reply();
}

// What the log was too slow for is in the journal all the same (ack = "kafka"): deliveries that
// were never begun end here, or they would stay open until the next start.
Reply Transaction::not_recorded(const runtime::Error& error) {
  std::vector<Event> ends;
  for (const Recipient& recipient : recipients_) {
    if (recipient.drop || error != Errc::timeout) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (delivery.ended) continue;
      ends.push_back(unsent(recipient.subject, delivery.handover->target(), delivery.id));
    }
  }
  // Nobody waits for it: what closes always fits.
  if (!ends.empty()) lane_.recorder.begin(std::move(ends));
  return unrecorded(lane_.metrics, error);
}

Task<void> Transaction::tell_relayed(const Recipient& recipient, const Delivery& delivery) {
  if (!mail_.sender || recipient.dsn.notify.find("SUCCESS") == std::string::npos) co_return;
  returnpath::ReturnPath path;
  path.message = id_;
  path.alias = recipient.subject.alias;
  path.domain = recipient.subject.domain;
  path.sender = mail_.sender->text();
  path.target = delivery.handover->target().text();
  path.route = recipient.route;
  path.verified = judgement_ && judgement_->verified;
  if (judgement_) path.reason = judgement_->reason;
  path.smtputf8 = mail_.smtputf8;
  path.envid = dsn_.envid;
  path.notify = recipient.dsn.notify;
  path.orcpt = recipient.dsn.orcpt;
  path.rfc5322_message_id = header_.message_id;
  path.header_from = header_.from;
  path.accepted_at = lane_.clock.wall();
  Subject subject = recipient.subject;
  subject.partition = partition_of(recipient);
  subject.sender = std::string();
  subject.message = schemas::new_id<schemas::MessageId>(lane_.clock.wall(), lane_.chance);
  subject.reported = delivery.id;
  Event accepted = begin_event(subject);
  accepted.mutable_accepted()->set_recipient(subject.recipient);
  const routes::Domain& domain = routes_->domains().find(subject.domain)->second;
  auto policy = report_policy(domain, subject.alias);
  const returnpath::TokenFacts token{partition_of(recipient), delivery.id};
  Homecoming home(lane_, std::move(subject), token, std::move(path), std::move(policy));
  co_await home.tell_relayed(std::move(accepted));
}

// The error of the log, where the acceptance or the outcome did not get on record.
Task<Result<HopAnswer>> Transaction::hand_over_one(Recipient& recipient, Delivery& delivery,
                                                   Acceptance& acceptance, Instant deadline) {
  const Instant began = lane_.clock.now();
  HopAnswer answer = co_await delivery.handover->send(trace_fields(), spool_, acceptance, deadline);
  const auto accepted = co_await acceptance.clear();
  if (!accepted) co_return accepted.error();
  std::vector<Event> outcome;
  outcome.push_back(hop_verdict(recipient.subject, pb::STAGE_BODY, answer,
                                delivery.handover->target(), delivery.id,
                                lane_.clock.now() - began));
  if (outcome.back().has_forwarded() && mail_.sender) {
    pb::Forwarded& forwarded = *outcome.back().mutable_forwarded();
    forwarded.set_return_path_id(delivery.id.bytes());
    forwarded.set_bounce_until(
        schemas::nanoseconds(returnpath::began_at(delivery.id) + recipient.window));
  }
  delivery.ended = true;
  const auto written = co_await lane_.recorder.record(std::move(outcome));
  if (!written) co_return written.error();
  co_return answer;
}

}  // namespace waybill::relay
