#include "relay/homecoming.h"

#include "relay/acceptance.h"
#include "relay/door/client_network.h"
#include "relay/policy/judge_body.h"
#include "relay/returnpath/home_message.h"
#include "relay/signing.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

namespace waybill::relay {

using forward::Handover;
using forward::HopAnswer;
using policy::Rule;
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

// A message that goes home is the sender's header, whose line ends and octets outside ASCII may
// take more room than they had, and a few lines of ours.
static_assert(4 * returnpath::report::kMaxReturnedHeader < message::kSpoolPieceOctets,
              "a message that goes home stays in memory");

HopAnswer no_room() {
  return forward::body_answer(HopAnswer::Kind::deferred, HopAnswer::By::relay, Rule::spool);
}

void add_target(Event& accepted, const schemas::DeliveryId& delivery, const std::string& target) {
  pb::ChosenTarget& chosen = *accepted.mutable_accepted()->add_targets();
  chosen.set_delivery_id(delivery.bytes());
  chosen.set_target(target);
}

std::string domain_of(std::string_view address) {
  return std::string(address.substr(address.rfind('@') + 1));
}

std::string first_part(const schemas::MessageId& id, std::string_view host_name) {
  return id.text().append("@").append(host_name);
}

}  // namespace

std::vector<Event> Homecoming::bounces(const ReadReport& report, const Decision& decision) const {
  Subject subject = subject_;
  subject.message = path_.message;
  subject.sender = path_.sender;
  subject.reported.reset();
  std::vector<RecipientFacts> recipients = report.facts.recipients;
  if (recipients.empty()) {
    recipients.emplace_back();
    recipients.back().kind = report.facts.kind;
  }
  std::vector<Event> events;
  for (const RecipientFacts& one : recipients) {
    Event event = begin_event(subject);
    event.set_delivery_id(delivery_.bytes());
    pb::Bounced& body = *event.mutable_bounced();
    body.set_class_(class_of(one.kind));
    body.set_final_recipient(one.final_recipient);
    body.set_original_recipient(one.original_recipient);
    body.set_action(one.action);
    body.set_status(one.status);
    body.set_diagnostic_code(one.diagnostic_code);
    body.set_remote_mta(one.remote_mta);
    body.set_reporting_mta(report.facts.reporting_mta);
    if (report.facts.arrival_date) {
      const auto since = report.facts.arrival_date->time_since_epoch();
      body.set_arrival_date(static_cast<std::uint64_t>(std::chrono::nanoseconds(since).count()));
    }
    body.set_report_digest(report.digest);
    body.set_report_size(report.octets);
    body.set_handling(handling_of(decision.kind));
    body.set_handling_reason(schemas::clean_reply_text(decision.reason));
    body.set_late(decision.late);
    body.set_target(path_.target);
    body.set_return_path_id(delivery_.bytes());
    if (decision.to) body.set_handed_on_to(decision.to->text());
    events.push_back(std::move(event));
  }
  return events;
}

// What every report's Accepted says besides its envelope.
void Homecoming::complete(Event& accepted, const ReadReport& report) const {
  accepted.mutable_accepted()->set_content_digest(report.digest);
  accepted.mutable_accepted()->set_route("return-path");
}

Task<Reply> Homecoming::take(ReadReport report, Event accepted) {
  complete(accepted, report);
  std::vector<Event> said;
  const auto* const earlier = returnpath::find_earlier(path_, report.digest);
  if (earlier != nullptr && earlier->done) {
    co_return co_await only_record(std::move(accepted), Rule::report_again, said);
  }
  const Decision decision = returnpath::decide(path_, report.facts, policy_, lane_.clock.wall());
  if (earlier == nullptr) said = bounces(report, decision);
  if (decision.kind != Decision::Kind::hand_on) {
    const Rule rule = policy::rule_of(decision);
    co_return co_await only_record(std::move(accepted), rule, std::move(said));
  }
  const schemas::Target home = *decision.to;
  co_return co_await send_home(std::move(accepted), std::move(said), report.facts, home);
}

// A notice is a message of ours that nobody sent us.
Event Homecoming::accepted_notice() const {
  Event accepted = begin_event(subject_);
  accepted.mutable_accepted()->set_recipient(subject_.recipient);
  return accepted;
}

Task<void> Homecoming::tell_relayed(std::vector<std::string> aliases) {
  ReadReport notice;
  notice.facts.kind = ReportClass::relayed;
  notice.facts.reporting_mta = lane_.settings.host_name;
  for (std::string& alias : aliases) {
    RecipientFacts& copy = notice.facts.recipients.emplace_back();
    copy.kind = ReportClass::relayed;
    copy.final_recipient = std::move(alias);
    copy.action = "relayed";
    copy.status = "2.0.0";
    copy.diagnostic_code = "x-waybill; the next server gives no notice of delivery";
  }
  const runtime::Digest digest = runtime::sha256("relayed" + delivery_.bytes());
  notice.digest.assign(digest.begin(), digest.end());
  const Decision decision = returnpath::decide(path_, notice.facts, policy_, lane_.clock.wall());
  if (decision.kind != Decision::Kind::hand_on) co_return;
  Event accepted = accepted_notice();
  complete(accepted, notice);
  std::vector<Event> said = bounces(notice, decision);
  const schemas::Target home = *decision.to;
  // What became of it is on record; it changes nothing for the message.
  co_await send_home(std::move(accepted), std::move(said), notice.facts, home);
}

// The refusal itself is on record as the delivery's outcome: no Bounced says it again.
Task<bool> Homecoming::tell_refused(HopAnswer refusal, Others others, Instant deadline) {
  ReadReport notice;
  notice.facts.kind = ReportClass::hard;
  notice.facts.others_have_it = others == Others::have_it;
  notice.facts.reporting_mta = lane_.settings.host_name;
  RecipientFacts& copy = notice.facts.recipients.emplace_back();
  copy.kind = ReportClass::hard;
  copy.final_recipient = path_.alias;
  copy.action = "failed";
  copy.status = refusal.reply.enhanced.empty() ? "5.0.0" : refusal.reply.enhanced;
  copy.diagnostic_code =
      "smtp; " + std::to_string(refusal.reply.code) + " " +
      (refusal.reply.enhanced.empty() ? std::string() : refusal.reply.enhanced + " ") +
      schemas::clean_reply_text(refusal.reply.text);
  if (refusal.hop) copy.remote_mta = refusal.hop->mx_host;
  const runtime::Digest digest = runtime::sha256("refused" + delivery_.bytes());
  notice.digest.assign(digest.begin(), digest.end());
  const Decision decision = returnpath::decide(path_, notice.facts, policy_, lane_.clock.wall());
  if (decision.kind != Decision::Kind::hand_on) co_return false;
  Event accepted = accepted_notice();
  complete(accepted, notice);
  const schemas::Target home = *decision.to;
  std::vector<Event> nothing_more;
  const auto answer = co_await carry_home(std::move(accepted), std::move(nothing_more),
                                          notice.facts, home, deadline);
  co_return answer && answer->kind == HopAnswer::Kind::accepted;
}

Task<Reply> Homecoming::only_record(Event accepted, Rule rule, std::vector<Event> bounces) {
  const auto delivery = schemas::delivery_of(subject_.message, 1);
  add_target(accepted, delivery, {});
  Event dropped = begin_event(subject_);
  dropped.set_delivery_id(delivery.bytes());
  dropped.mutable_dropped()->set_rule(std::string(policy::word_of(rule)));
  std::vector<Event> events;
  events.push_back(std::move(accepted));
  for (Event& bounce : bounces) events.push_back(std::move(bounce));
  events.push_back(std::move(dropped));
  // Accepted, Bounced and Dropped are one append: a crash leaves all of them or none, and an
  // acceptance that goes nowhere is never open.
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return policy::reply_of(rule);
}

Task<HopAnswer> Homecoming::hand_over(const schemas::Target& to, const ReportFacts& facts,
                                      forward::Clearance& clearance, Instant deadline) {
  const std::string id = first_part(subject_.message, lane_.settings.host_name);
  const returnpath::HomeMessage home = returnpath::write_home(
      path_, facts, policy_, to.address().text(), lane_.settings.host_name, id, lane_.clock.wall());
  // The notice is from postmaster of the alias's domain, which signs it.
  const std::string signatures =
      co_await dkim_signatures(lane_, domain_of(path_.alias), std::string_view(home.text));
  message::Spool spool(lane_.spool);
  // It needs no file; the memory of all messages may be used up.
  const std::string text = signatures + home.text;
  const auto kept = co_await spool.append(text);
  if (!kept) co_return no_room();
  smtp::MailParameters mail;
  mail.size = spool.size();
  mail.smtputf8 = home.smtputf8;
  mail.require_tls = require_tls_;
  const auto client = runtime::ip_of(subject_.client_ip);
  forward::HandoverParts parts = lane_.forward;
  parts.counts_domain = false;
  Handover handover(parts, client_network(client.value_or(runtime::IpAddress())), to, mail);
  const Instant asked_by =
      runtime::sooner(deadline, lane_.clock.now() + lane_.settings.rcpt_deadline);
  HopAnswer answer = co_await handover.ask(asked_by);
  if (answer.kind != HopAnswer::Kind::accepted) co_return answer;
  const std::string no_trace;
  co_return co_await handover.send(no_trace, spool, clearance, deadline);
}

// Home may be an alias of ours: then it is where that alias goes, and no server of another
// (otherwise a report would be sent to ourselves).
std::vector<schemas::Target> Homecoming::doors_of(const schemas::Target& home) const {
  const routes::Lookup route = lane_.routes.get()->find(home.address());
  const auto* const found = std::get_if<routes::Found>(&route);
  const auto* const forward =
      found == nullptr ? nullptr : std::get_if<schemas::ForwardTo>(found->action);
  if (forward == nullptr) return {home};
  return forward->targets;
}

// What the log was too slow for is in the journal all the same (ack = "kafka"): doors from `next`
// on, which nothing was sent to, end here, or they would stay open until the next start.
void Homecoming::end_unsent(const runtime::Error& error, const std::vector<schemas::Target>& doors,
                            const std::vector<schemas::DeliveryId>& deliveries, std::size_t next) {
  if (error != runtime::Errc::timeout || next >= doors.size()) return;
  std::vector<Event> ends;
  for (; next < doors.size(); ++next) {
    ends.push_back(unsent(subject_, doors[next], deliveries[next]));
  }
  lane_.recorder.begin(std::move(ends));
}

// What the servers of home made of the notice: taken where one of them took it. The error of the
// log.
Task<Result<HopAnswer>> Homecoming::carry_home(Event accepted, std::vector<Event> bounces,
                                               const ReportFacts& facts, const schemas::Target& to,
                                               Instant deadline) {
  const Instant began = lane_.clock.now();
  const std::vector<schemas::Target> doors = doors_of(to);
  std::vector<schemas::DeliveryId> deliveries;
  for (const schemas::Target& door : doors) {
    deliveries.push_back(schemas::delivery_of(subject_.message, deliveries.size() + 1));
    add_target(accepted, deliveries.back(), door.text());
  }
  std::vector<Event> events;
  events.push_back(std::move(accepted));
  for (Event& bounce : bounces) events.push_back(std::move(bounce));
  // If the process ends here, nothing is on record: the reporter heard nothing and comes again.
  Acceptance acceptance(lane_.recorder.begin(std::move(events)));
  HopAnswer best;
  for (std::size_t i = 0; i < doors.size(); ++i) {
    // From here until the sync has returned, Accepted and Bounced are on the disk together or not
    // at all. Home gets the end of its message only after that (handover.cc).
    HopAnswer answer = co_await hand_over(doors[i], facts, acceptance, deadline);
    // If the process ends here and the acceptance is on record, recovery says InDoubt of handing
    // the report on. The reporter comes again with the same octets, which are known: no second
    // Bounced, and home is told, perhaps for the second time.
    const auto on_record = co_await acceptance.clear();
    if (!on_record) {
      end_unsent(on_record.error(), doors, deliveries, i);
      co_return on_record.error();
    }
    std::vector<Event> outcome;
    outcome.push_back(hop_verdict(subject_, pb::STAGE_BODY, answer, doors[i], deliveries[i],
                                  lane_.clock.now() - began));
    const auto recorded = co_await lane_.recorder.record(std::move(outcome));
    if (!recorded) {
      end_unsent(recorded.error(), doors, deliveries, i + 1);
      co_return recorded.error();
    }
    if (i == 0 || answer.kind == HopAnswer::Kind::accepted) best = std::move(answer);
  }
  co_return best;
}

Task<Reply> Homecoming::send_home(Event accepted, std::vector<Event> bounces,
                                  const ReportFacts& facts, const schemas::Target& to) {
  const Instant deadline = lane_.clock.now() + lane_.settings.final_deadline;
  const auto answer =
      co_await carry_home(std::move(accepted), std::move(bounces), facts, to, deadline);
  // If it ends here, the outcome is on record and the reporter has not heard: it comes again, and
  // is told 250 at once where nothing was left to be done (`report-again`).
  if (!answer) co_return unrecorded(lane_.metrics, answer.error());
  switch (answer->kind) {
    case HopAnswer::Kind::accepted: lane_.metrics.sent_home.add(); break;
    case HopAnswer::Kind::refused: break;
    case HopAnswer::Kind::deferred:
    case HopAnswer::Kind::in_doubt:
      co_return Reply{451, "4.4.0", "The report is on record; come again to have it handed on"};
  }
  co_return Reply{250, "2.0.0", "Report taken"};
}

namespace {

// The permit is held as long as it goes on.
Task<void> tell_behind(Homecoming home, std::vector<std::string> aliases,
                       runtime::Permits::Held permit) {
  const runtime::Permits::Held held = std::move(permit);
  co_await home.tell_relayed(std::move(aliases));
}

}  // namespace

void begin_telling_relayed(Lane& lane, Homecoming home, std::vector<std::string> aliases) {
  auto permit = lane.notices.try_take();
  if (!permit) return;
  lane.scope.spawn("notice of success",
                   tell_behind(std::move(home), std::move(aliases), std::move(*permit)));
}

}  // namespace waybill::relay
