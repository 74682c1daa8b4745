#include "relay/homecoming.h"

#include <algorithm>

#include "relay/acceptance.h"
#include "relay/limits.h"
#include "relay/returnpath/home_message.h"
#include "relay/returnpath/report/read_report.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

namespace waybill::relay {

using forward::Handover;
using forward::HopAnswer;
using returnpath::Decision;
using returnpath::report::RecipientFacts;
using returnpath::report::ReportClass;
using returnpath::report::ReportFacts;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

// What the reading needs to know of the envelope: a return path takes the null sender alone.
constexpr std::string_view kNullReturnPath = "Return-Path: <>\r\n";
// Octets of a report that are read for their meaning; more than a returned header needs.
constexpr std::size_t kUnderstoodOctets = 1 << 20;

pb::BounceClass class_of(ReportClass kind) {
  switch (kind) {
    case ReportClass::hard: return pb::BOUNCE_CLASS_HARD;
    case ReportClass::soft: return pb::BOUNCE_CLASS_SOFT;
    case ReportClass::delayed: return pb::BOUNCE_CLASS_DELAYED;
    case ReportClass::delivered: return pb::BOUNCE_CLASS_DELIVERED;
    case ReportClass::relayed: return pb::BOUNCE_CLASS_RELAYED;
    case ReportClass::expanded: return pb::BOUNCE_CLASS_EXPANDED;
    case ReportClass::complaint: return pb::BOUNCE_CLASS_COMPLAINT;
    case ReportClass::auto_reply: return pb::BOUNCE_CLASS_AUTO_REPLY;
    case ReportClass::unrecognised: return pb::BOUNCE_CLASS_UNRECOGNISED;
  }
  return pb::BOUNCE_CLASS_UNSPECIFIED;
}

pb::Handling handling_of(Decision::Kind kind) {
  switch (kind) {
    case Decision::Kind::hand_on: return pb::HANDLING_HANDED_ON;
    case Decision::Kind::hold: return pb::HANDLING_HELD;
    case Decision::Kind::absorb: return pb::HANDLING_ABSORBED;
  }
  return pb::HANDLING_UNSPECIFIED;
}

std::string_view rule_of(const Decision& decision) {
  if (decision.late) return "report-late";
  return decision.kind == Decision::Kind::absorb ? "report-absorbed" : "report-held";
}

void add_target(Event& accepted, const schemas::DeliveryId& delivery, const std::string& target) {
  pb::ChosenTarget& chosen = *accepted.mutable_accepted()->add_targets();
  chosen.set_delivery_id(delivery.bytes());
  chosen.set_target(target);
}

std::string first_part(const schemas::MessageId& id, std::string_view host_name) {
  return id.text().append("@").append(host_name);
}

}  // namespace

Task<Result<Homecoming::Read>> Homecoming::read(message::Spool& report) {
  runtime::Sha256 digest;
  std::string beginning(kNullReturnPath);
  std::uint64_t offset = 0;
  while (offset < report.size()) {
    const auto piece = co_await report.read(offset);
    if (!piece) co_return piece.error();
    offset += piece->size();
    digest.update(*piece);
    const std::size_t room = kUnderstoodOctets - std::min(kUnderstoodOctets, beginning.size());
    beginning.append(piece->substr(0, room));
  }
  const runtime::Digest octets = digest.finish();
  Read out;
  out.digest.assign(octets.begin(), octets.end());
  // A report of a megabyte made to be slow takes a quarter of a second: not on this thread.
  auto job = [text = std::move(beginning)]() -> Result<ReportFacts> {
    return returnpath::report::read_report(text);
  };
  auto facts = co_await runtime::run_on(*lane_.spool.workers, std::move(job));
  if (!facts) co_return facts.error();
  out.facts = std::move(*facts);
  co_return out;
}

std::vector<Event> Homecoming::bounces(const Read& read, const Decision& decision,
                                       std::uint64_t size) const {
  Subject subject = subject_;
  subject.message = path_.message;
  subject.sender = path_.sender;
  subject.reported.reset();
  std::vector<RecipientFacts> recipients = read.facts.recipients;
  if (recipients.empty()) {
    recipients.emplace_back();
    recipients.back().kind = read.facts.kind;
  }
  std::vector<Event> events;
  for (const RecipientFacts& one : recipients) {
    Event event = begin_event(subject);
    event.set_delivery_id(token_.delivery.bytes());
    pb::Bounced& body = *event.mutable_bounced();
    body.set_class_(class_of(one.kind));
    body.set_final_recipient(one.final_recipient);
    body.set_original_recipient(one.original_recipient);
    body.set_action(one.action);
    body.set_status(one.status);
    body.set_diagnostic_code(one.diagnostic_code);
    body.set_remote_mta(one.remote_mta);
    body.set_reporting_mta(read.facts.reporting_mta);
    if (read.facts.arrival_date) {
      const auto since = read.facts.arrival_date->time_since_epoch();
      body.set_arrival_date(static_cast<std::uint64_t>(std::chrono::nanoseconds(since).count()));
    }
    body.set_report_digest(read.digest);
    body.set_report_size(size);
    body.set_handling(handling_of(decision.kind));
    body.set_handling_reason(schemas::clean_reply_text(decision.reason));
    body.set_late(decision.late);
    body.set_target(path_.target);
    body.set_return_path_id(token_.delivery.bytes());
    if (decision.to) body.set_handed_on_to(decision.to->text());
    events.push_back(std::move(event));
  }
  return events;
}

Task<Reply> Homecoming::refuse(std::string rule, Reply reply) {
  std::vector<Event> events;
  events.push_back(policy_refusal(subject_, pb::STAGE_BODY, "body", std::move(rule), reply));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return reply;
}

Task<void> Homecoming::tell_relayed(Event accepted) {
  Read notice;
  notice.facts.kind = ReportClass::relayed;
  notice.facts.reporting_mta = lane_.settings.host_name;
  RecipientFacts& copy = notice.facts.recipients.emplace_back();
  copy.kind = ReportClass::relayed;
  copy.final_recipient = path_.alias;
  copy.action = "relayed";
  copy.status = "2.0.0";
  copy.diagnostic_code = "x-waybill; the next server gives no notice of delivery";
  const runtime::Digest digest = runtime::sha256("relayed" + token_.delivery.bytes());
  notice.digest.assign(digest.begin(), digest.end());
  const Decision decision = returnpath::decide(path_, notice.facts, policy_, lane_.clock.wall());
  if (decision.kind != Decision::Kind::hand_on) co_return;
  accepted.mutable_accepted()->set_content_digest(notice.digest);
  accepted.mutable_accepted()->set_route("return-path");
  std::vector<Event> said = bounces(notice, decision, 0);
  const routes::Target home = *decision.to;
  const Reply told = co_await send_home(std::move(accepted), std::move(said), notice.facts, home);
  (void)told;
}

Task<Reply> Homecoming::busy() {
  const Reply reply{451, "4.3.0", "Another report on this delivery is at work; try again later"};
  co_return co_await refuse("return-path-busy", reply);
}

Task<Reply> Homecoming::out_of_reach() {
  const Reply reply{451, "4.3.0", "Whether this report came before cannot be said now"};
  co_return co_await refuse("return-path-unknown", reply);
}

Task<Reply> Homecoming::end(message::Spool& report, Event accepted) {
  const auto turn = lane_.turns.take(token_.delivery);
  if (!turn) co_return co_await busy();
  const Instant deadline = lane_.clock.now() + kReturnPathTimeout;
  const auto among_relays = co_await lane_.return_paths.take_turn(token_, deadline);
  if (!among_relays) co_return co_await out_of_reach();
  if (*among_relays == returnpath::TurnHolder::another) co_return co_await busy();
  const Reply reply = co_await ask_again(report, std::move(accepted));
  co_await lane_.return_paths.give_turn_back(token_);
  co_return reply;
}

// Reports may have come since RCPT.
Task<Reply> Homecoming::ask_again(message::Spool& report, Event accepted) {
  auto path = co_await lane_.return_paths.find(token_, lane_.clock.now() + kReturnPathTimeout);
  if (!path) co_return co_await out_of_reach();
  path_ = std::move(*path);
  co_return co_await in_turn(report, std::move(accepted));
}

Task<Reply> Homecoming::in_turn(message::Spool& report, Event accepted) {
  auto read_report = co_await read(report);
  if (!read_report) {
    const Reply reply{451, "4.3.0", "The report could not be read back; try again later"};
    co_return co_await refuse("spool", reply);
  }
  accepted.mutable_accepted()->set_content_digest(read_report->digest);
  accepted.mutable_accepted()->set_route("return-path");
  std::vector<Event> said;
  const auto* const earlier = returnpath::find_earlier(path_, read_report->digest);
  if (earlier != nullptr && earlier->done) {
    co_return co_await only_record(std::move(accepted), "report-again", said);
  }
  if (earlier == nullptr && path_.reports.size() >= kReportsPerReturnPath) {
    const Reply reply{550, "5.7.1", "This return path has taken all the reports that it may"};
    co_return co_await refuse("return-path-used-up", reply);
  }
  const Decision decision =
      returnpath::decide(path_, read_report->facts, policy_, lane_.clock.wall());
  if (earlier == nullptr) said = bounces(*read_report, decision, report.size());
  if (decision.kind != Decision::Kind::hand_on) {
    co_return co_await only_record(std::move(accepted), std::string(rule_of(decision)),
                                   std::move(said));
  }
  const routes::Target home = *decision.to;
  co_return co_await send_home(std::move(accepted), std::move(said), read_report->facts, home);
}

Task<Reply> Homecoming::only_record(Event accepted, std::string rule, std::vector<Event> bounces) {
  const auto delivery = schemas::new_id<schemas::DeliveryId>(lane_.clock.wall(), lane_.chance);
  add_target(accepted, delivery, {});
  Event dropped = begin_event(subject_);
  dropped.set_delivery_id(delivery.bytes());
  dropped.mutable_dropped()->set_rule(std::move(rule));
  std::vector<Event> events;
  events.push_back(std::move(accepted));
  for (Event& bounce : bounces) events.push_back(std::move(bounce));
  events.push_back(std::move(dropped));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return Reply{250, "2.0.0", "Report taken"};
}

Task<HopAnswer> Homecoming::hand_over(const routes::Target& to, const ReportFacts& facts,
                                      forward::Clearance& clearance, Instant deadline) {
  const std::string id = first_part(subject_.message, lane_.settings.host_name);
  const returnpath::HomeMessage home = returnpath::write_home(
      path_, facts, policy_, to.address().text(), lane_.settings.host_name, id, lane_.clock.wall());
  message::Spool spool(lane_.spool);
  const auto kept = co_await spool.append(home.text);
  smtp::MailParameters mail;
  mail.size = spool.size();
  mail.smtputf8 = home.smtputf8;
  Handover handover(lane_.forward, to, mail);
  HopAnswer answer;
  if (!kept) {
    answer.reply = {451, "4.3.1", "No room to keep the notice while it is sent"};
    answer.by = HopAnswer::By::relay;
    answer.rule = "spool";
    co_return answer;
  }
  const Instant asked_by =
      runtime::sooner(deadline, lane_.clock.now() + lane_.settings.rcpt_deadline);
  answer = co_await handover.ask(asked_by);
  if (answer.kind != HopAnswer::Kind::accepted) co_return answer;
  const std::string no_trace;
  co_return co_await handover.send(no_trace, spool, clearance, deadline);
}

Task<Reply> Homecoming::send_home(Event accepted, std::vector<Event> bounces,
                                  const ReportFacts& facts, const routes::Target& to) {
  const Instant began = lane_.clock.now();
  const Instant deadline = began + lane_.settings.final_deadline;
  const auto delivery = schemas::new_id<schemas::DeliveryId>(lane_.clock.wall(), lane_.chance);
  add_target(accepted, delivery, to.text());
  std::vector<Event> events;
  events.push_back(std::move(accepted));
  for (Event& bounce : bounces) events.push_back(std::move(bounce));
  Acceptance acceptance(lane_.recorder.begin(std::move(events)));
  HopAnswer answer = co_await hand_over(to, facts, acceptance, deadline);
  const auto on_record = co_await acceptance.clear();
  if (!on_record) {
    if (on_record.error() == runtime::Errc::timeout) {
      std::vector<Event> end;
      end.push_back(unsent(subject_, to, delivery));
      lane_.recorder.begin(std::move(end));
    }
    co_return unrecorded(lane_.metrics, on_record.error());
  }
  std::vector<Event> outcome;
  outcome.push_back(
      hop_verdict(subject_, pb::STAGE_BODY, answer, to, delivery, lane_.clock.now() - began));
  const auto recorded = co_await lane_.recorder.record(std::move(outcome));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  switch (answer.kind) {
    case HopAnswer::Kind::accepted: lane_.metrics.sent_home.add(); break;
    case HopAnswer::Kind::refused: break;
    case HopAnswer::Kind::deferred:
    case HopAnswer::Kind::in_doubt:
      co_return Reply{451, "4.4.0", "The report is on record; come again to have it handed on"};
  }
  co_return Reply{250, "2.0.0", "Report taken"};
}

}  // namespace waybill::relay
