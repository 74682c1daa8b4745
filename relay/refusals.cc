#include "relay/refusals.h"

#include "relay/acceptance.h"
#include "relay/policy/limits.h"
#include "relay/transaction_line.h"
#include "relay/verdict.h"
#include "runtime/clock.h"

namespace waybill::relay {

using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

Event event_of(const Lane& lane, const runtime::IpAddress& client, policy::Rule rule,
               const Reply& reply) {
  Subject subject;
  subject.client_ip = runtime::ip_text(client);
  subject.message = schemas::new_id<schemas::MessageId>(lane.clock.wall(), lane.chance);
  Event event = policy_refusal(subject, pb::STAGE_CONNECT, policy::refusal_by(rule, reply));
  if (reply.permanent()) {
    event.mutable_rejected()->set_command("connect");
  } else {
    event.mutable_deferred()->set_command("connect");
  }
  return event;
}

Reply reply_with(std::string text) {
  return policy::reply_of(policy::Rule::too_many_refusals, std::move(text));
}

}  // namespace

Refusals::Then Refusals::count(const Reply& reply) {
  const bool too_many = reply.code == 452 && reply.enhanced == "4.5.3";
  if (!reply.permanent() && !too_many) return Then::go_on;
  if (too_many && ++overshot_ <= kRecipientOvershoot) return Then::go_on;
  ++since_message_;
  const runtime::Instant now = lane_.clock.now();
  lane_.patience.refused(client_, 1, now);
  if (lane_.patience.used_up(client_, now)) return Then::hang_up;
  if (since_message_ >= lane_.settings.max_refusals) return Then::hang_up;
  return since_message_ > kRefusalsAtOnce ? Then::wait : Then::go_on;
}

void Refusals::errors(std::uint32_t so_far) {
  lane_.patience.refused(client_, so_far - errors_, lane_.clock.now());
  errors_ = so_far;
}

void Refusals::message_taken(std::size_t recipients) {
  since_message_ = 0;
  lane_.patience.taken(client_, recipients, lane_.clock.now());
}

Task<Reply> Refusals::hang_up() {
  Reply reply = reply_with("Too many refusals: " + std::to_string(since_message_) +
                           " in this session; come again later");
  co_await record(policy::Rule::too_many_refusals, reply);
  co_return reply;
}

Task<Reply> Refusals::too_early() {
  Reply reply = policy::reply_of(policy::Rule::early_talker);
  lane_.patience.refused(client_, 1, lane_.clock.now());
  co_await record(policy::Rule::early_talker, reply);
  co_return reply;
}

// It ends nobody's fate: what was refused is on record already, and the session ends either way.
Task<void> Refusals::record(policy::Rule rule, const Reply& reply) {
  log_refused_client(lane_, runtime::ip_text(client_), word_of(rule), reply, 1);
  std::vector<Event> events;
  events.push_back(event_of(lane_, client_, rule, reply));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) lane_.metrics.unrecorded.add();
}

Reply turned_away_reply() {
  return reply_with("Too many refusals from your address; come again later");
}

void record_turned_away(Lane& lane, Patience::Which which) {
  std::vector<Event> events;
  for (const Patience::Sum& sum : lane.patience.take_sums(which, lane.clock.now())) {
    events.push_back(
        event_of(lane, sum.client, policy::Rule::too_many_refusals, turned_away_reply()));
    events.back().mutable_deferred()->set_sessions(sum.sessions);
    log_refused_client(lane, runtime::ip_text(sum.client), word_of(policy::Rule::too_many_refusals),
                       turned_away_reply(), sum.sessions);
  }
  if (!events.empty()) lane.recorder.begin(std::move(events));
}

}  // namespace waybill::relay
