#include "relay/hand_over_plan.h"

#include <algorithm>

#include "relay/door/client_network.h"
#include "relay/plan/fair_turns.h"
#include "relay/policy/limits.h"
#include "relay/returnpath/report/redact.h"
#include "relay/returnpath/token.h"
#include "relay/smtp/asked.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "schemas/partition.h"

namespace waybill::relay {

using forward::Handover;
using forward::HopAnswer;
using runtime::Errc;
using runtime::Instant;
using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

// What the sender hears of a next hop's answer: with `redact` never what stands behind the alias.
// The log keeps the whole.
HopAnswer as_told(const Recipient& recipient, const Delivery& delivery) {
  HopAnswer out = delivery.answer;
  if (!recipient.redacts()) return out;
  returnpath::report::Hidden hidden;
  hidden.alias = recipient.subject.alias;
  hidden.names.push_back(delivery.target->address().text());
  if (out.hop) {
    hidden.names.push_back(out.hop->mx_host);
    hidden.names.push_back(runtime::ip_text(out.hop->endpoint.address));
  }
  const std::string text = std::move(out.reply.text);
  const bool theirs = out.by == HopAnswer::By::next_hop;
  const std::size_t ours = theirs ? 0 : std::min(out.quoted_from, text.size());
  out.reply.text = returnpath::report::without_names(text.substr(0, ours), hidden) +
                   returnpath::report::redact_reply(text.substr(ours), hidden);
  if (!theirs && ours == text.size()) return out;
  out.reply.enhanced = returnpath::report::redact_status(out.reply.enhanced);
  return out;
}

}  // namespace

bool Recipient::redacts() const {
  return returnpath::policy_of(*found.domain, found.action).redact;
}

// What was asked for and not used is let go, and its id is there for the next try: nobody but the
// next hop has seen it.
HandOverPlan::~HandOverPlan() {
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      if (!delivery.ended && (delivery.lent || delivery.deferred())) put_off(delivery);
      end_loan(delivery);
    }
  }
}

std::uint16_t HandOverPlan::partition_of(const Recipient& recipient) const {
  return static_cast<std::uint16_t>(
      schemas::partition_of_key(recipient.subject.alias, lane_.partitions));
}

schemas::DeliveryId HandOverPlan::new_id() {
  const std::uint64_t number = ++deliveries_;
  if (number <= schemas::kMaxDeliveryNumber) return schemas::delivery_of(envelope_.id, number);
  return schemas::new_id<schemas::DeliveryId>(lane_.clock.wall(), lane_.chance);
}

Delivery HandOverPlan::new_delivery(const Recipient& recipient, const schemas::Target& target) {
  Delivery out;
  out.target = target;
  const std::string sender = envelope_.mail.sender ? envelope_.mail.sender->text() : std::string();
  out.key = plan::try_key(sender, recipient.subject.alias, target.text());
  const auto lent = envelope_.mail.sender ? lane_.tries.take(out.key, lane_.clock.wall())
                                          : std::optional<schemas::DeliveryId>();
  out.lent = lent.has_value();
  out.id = lent ? *lent : new_id();
  return out;
}

Task<void> HandOverPlan::borrow(const Recipient& recipient, Delivery& delivery, Instant deadline) {
  if (delivery.lent) {
    delivery.loan = lane_.loans.of(delivery.id, partition_of(recipient));
    const bool ours = co_await is_ours(delivery, deadline);
    if (!ours) begin_anew(delivery);
  }
  delivery.handover =
      std::make_unique<Handover>(lane_.forward, client_network(envelope_.client.endpoint.address),
                                 *delivery.target, mail_for(recipient, delivery), recipient.dsn);
}

// The next hop's bounces are to come back to the delivery that they are about.
smtp::MailParameters HandOverPlan::mail_for(const Recipient& recipient,
                                            const Delivery& delivery) const {
  smtp::MailParameters mail = envelope_.mail;
  mail.asked = smtp::with_asked(std::move(mail.asked), recipient.found.alias.text());
  if (!mail.sender) return mail;
  const schemas::Address& alias = recipient.found.alias;
  const auto keys = lane_.keys.get();
  mail.sender = alias.with_local(returnpath::issue_token(keys->current(), alias.domain(),
                                                         {partition_of(recipient), delivery.id}));
  return mail;
}

Task<Reply> HandOverPlan::take(Recipient recipient) {
  if (!recipient.drops()) co_return co_await ask_targets(std::move(recipient));
  Delivery nowhere;
  nowhere.id = new_id();
  recipient.deliveries.push_back(std::move(nowhere));
  recipients_.push_back(std::move(recipient));
  co_return Reply{250, "2.1.5", "Recipient ok"};
}

Task<void> HandOverPlan::ask_in_turn(Round& round) {
  while (round.next < round.turns.size()) {
    const Instant now = lane_.clock.now();
    const Instant share =
        plan::share_of(now, round.deadline, round.turns.size() - round.next, kSideBySide);
    const Turn turn = round.turns[round.next++];
    Delivery& delivery = *turn.delivery;
    co_await borrow(*turn.recipient, delivery, share);
    delivery.answer = co_await delivery.handover->ask(share);
    // Messages that hold what the others wait for would all wait in vain.
    const bool busy = delivery.answer.rule == policy::Rule::next_hop_busy;
    if (busy && hold_few(turn.recipient, 0)) {
      delivery.answer = co_await delivery.handover->ask(share);
    }
    if (!delivery.asked_well()) delivery.handover->let_go();
    hold_few(turn.recipient, kHeldPerMessage);
  }
}

Task<Reply> HandOverPlan::ask_targets(Recipient recipient) {
  const auto& forward = std::get<schemas::ForwardTo>(*recipient.found.action);
  for (const schemas::Target& target : forward.targets) {
    recipient.deliveries.push_back(new_delivery(recipient, target));
  }
  Round round;
  round.deadline = lane_.clock.now() + lane_.settings.rcpt_deadline;
  for (Delivery& delivery : recipient.deliveries) round.turns.push_back({&recipient, &delivery});
  plan::arrange(round.turns, kSideBySide, lane_.chance, [this](const Turn& turn) {
    return lane_.tries.any_done(turn.delivery->key, lane_.clock.wall());
  });
  const auto ask = [&] { return ask_in_turn(round); };
  co_await runtime::side_by_side("ask a next hop", kSideBySide, round.turns.size(), ask);
  plan::Verdicts verdicts;
  bool taken = false;
  for (Delivery& delivery : recipient.deliveries) {
    verdicts.add(as_told(recipient, delivery));
    taken = taken || delivery.asked_well();
    // A mail that is put off may be one that the target has; its body will tell.
    taken =
        taken || (delivery.deferred() && lane_.tries.any_done(delivery.key, lane_.clock.wall()));
  }
  if (taken) {
    recipients_.push_back(std::move(recipient));
    co_return Reply{250, "2.1.5", "Recipient ok"};
  }
  std::vector<Event> refusals;
  for (const Delivery& delivery : recipient.deliveries) {
    refusals.push_back(hop_verdict(recipient.subject, pb::STAGE_RCPT, delivery.answer,
                                   *delivery.target, delivery.id, runtime::Duration::zero()));
  }
  // If the process ends here, next hops lose a connection on which no data was sent, and nothing is
  // on record: the sender heard nothing and comes again.
  const auto recorded = co_await lane_.recorder.record(std::move(refusals));
  for (Delivery& delivery : recipient.deliveries) {
    if (delivery.deferred()) put_off(delivery);
    end_loan(delivery);
  }
  // If it ends here, the refusals are on record and the sender has not heard them: its retry makes
  // others.
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return verdicts.reply();
}

// The newest stay: the oldest have waited longest, and their next hops are the first to close.
bool HandOverPlan::hold_few(Recipient* newest, std::size_t most) {
  std::size_t held = 0;
  let_go_beyond(*newest, most, held);
  for (auto recipient = recipients_.rbegin(); recipient != recipients_.rend(); ++recipient) {
    let_go_beyond(*recipient, most, held);
  }
  return held > most;
}

// Those that are being asked still are none of them.
void HandOverPlan::let_go_beyond(Recipient& recipient, std::size_t most, std::size_t& held) {
  for (auto one = recipient.deliveries.rbegin(); one != recipient.deliveries.rend(); ++one) {
    if (!one->asked_well() || one->handover == nullptr || !one->handover->holds()) continue;
    if (++held > most) one->handover->let_go();
  }
}

Event HandOverPlan::accepted_event_of(const Recipient& recipient,
                                      const WholeMessage& message) const {
  Event event = accepted_event(envelope_, message, recipient.subject, recipient.dsn);
  event.mutable_accepted()->set_route(recipient.found.route);
  trust::record_judgement(trusted_.judgement, recipient.found.domain->dkim_verifies,
                          *event.mutable_accepted());
  if (trusted_.spam) fill_spam(*event.mutable_accepted()->mutable_spam(), *trusted_.spam);
  if (is_rescued(trusted_, recipient.found, message.spool)) {
    event.mutable_accepted()->set_rescue(std::string(word_of(recipient.found.domain->rescue)));
  }
  return event;
}

// What ends with the acceptance itself: what a route drops, what an earlier try has done, and what
// was refused or put off when the next hop was asked.
void HandOverPlan::end_at_once(const Recipient& recipient, std::vector<Event>& events) const {
  for (const Delivery& delivery : recipient.deliveries) {
    if (recipient.drops() || delivery.done_before) {
      Event dropped = begin_event(recipient.subject);
      dropped.set_delivery_id(delivery.id.bytes());
      dropped.mutable_dropped()->set_rule(
          recipient.drops() ? recipient.found.route
                            : std::string(policy::word_of(policy::Rule::done_before)));
      events.push_back(std::move(dropped));
    } else if (!delivery.asked_well()) {
      events.push_back(hop_verdict(recipient.subject, pb::STAGE_BODY, delivery.answer,
                                   *delivery.target, delivery.id, runtime::Duration::zero()));
    }
  }
}

// One Accepted for each recipient; what ends at once ends in the same append.
std::vector<Event> HandOverPlan::accepted_events(const WholeMessage& message) const {
  std::vector<Event> events;
  for (const Recipient& recipient : recipients_) {
    Event event = accepted_event_of(recipient, message);
    pb::Accepted& body = *event.mutable_accepted();
    if (recipient.found.domain->log_subject) {
      body.set_subject(schemas::clean_reply_text(message.header.subject));
    }
    for (const Delivery& delivery : recipient.deliveries) {
      pb::ChosenTarget& target = *body.add_targets();
      target.set_delivery_id(delivery.id.bytes());
      if (delivery.target) target.set_target(delivery.target->text());
    }
    events.push_back(std::move(event));
    end_at_once(recipient, events);
  }
  return events;
}

// The tightest order of all; docs/life_of_a_message.md, steps 6 to 9. What ends the process below
// is a kill or a loss of power.
Task<plan::BodyReply> HandOverPlan::hand_over(WholeMessage message, Trusted trusted) {
  trusted_ = std::move(trusted);
  Round round;
  round.deadline = lane_.clock.now() + lane_.settings.final_deadline;
  Outgoing outgoing(lane_, envelope_, message.spool, trusted_);
  round.spool = &message.spool;
  round.outgoing = &outgoing;
  co_await renew_loans(round.deadline);
  round.may_be_retry = may_be_retry();
  round.digest = co_await digest_of(message.spool, round.may_be_retry);
  find_done(round.digest);
  // If the process ends here, nothing is on record and no octet of the message went to a next hop.
  Acceptance acceptance(lane_.recorder.begin(accepted_events(message)));
  round.acceptance = &acceptance;
  // From here until the sync has returned, the acceptance is on the disk whole or not at all. If
  // it is, recovery says InDoubt of every target, though no message's end was sent.
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      const bool goes = !recipient.drops() && !delivery.done_before && delivery.asked_well();
      if (goes) {
        round.turns.push_back({&recipient, &delivery});
        outgoing.goes_to(recipient.found);
        continue;
      }
      delivery.ended = true;
      if (delivery.handover != nullptr) delivery.handover->let_go();
    }
  }
  plan::arrange(round.turns, kSideBySide, lane_.chance, [](const Turn&) { return false; });
  if (outgoing.is_to_be_signed()) co_await outgoing.sign();
  const auto carry = [&] { return hand_over_in_turn(round); };
  co_await runtime::side_by_side("hand a message over", kSideBySide, round.turns.size(), carry);
  // Known since the first delivery; a mail that is only dropped waits for it here.
  const auto accepted = co_await acceptance.clear();
  put_off_deferred();
  if (!accepted) co_return plan::BodyReply{not_recorded(accepted.error()), {}};
  accepted_ = true;
  if (round.unrecorded) co_return plan::BodyReply{not_recorded(*round.unrecorded), {}};
  // If the process ends here, all is on record and the sender has not heard it: it sends the
  // message again, as another message with an acceptance of its own.
  co_return co_await verdict(message, round);
}

Task<void> HandOverPlan::hand_over_in_turn(Round& round) {
  while (round.next < round.turns.size() && !round.unrecorded) {
    const Turn turn = round.turns[round.next++];
    co_await hand_over_one(round, turn);
  }
}

Task<void> HandOverPlan::hand_over_one(Round& round, Turn turn) {
  const Instant began = lane_.clock.now();
  Delivery& delivery = *turn.delivery;
  const routes::Found& found = turn.recipient->found;
  if (began >= round.deadline) {
    delivery.answer = out_of_time();
  } else if (is_rescued(trusted_, found, *round.spool)) {
    delivery.answer = co_await round.outgoing->send_rescued(*delivery.handover, found,
                                                            *round.acceptance, round.deadline);
  } else {
    // Inside: DATA, the message, and its last octets once the acceptance is durable (handover.cc).
    std::string front = round.outgoing->front_for(*found.domain);
    delivery.answer = co_await delivery.handover->send(std::move(front), *round.spool,
                                                       *round.acceptance, round.deadline);
  }
  // If the process ends here, the next hop may have the message and the delivery is open: recovery
  // says InDoubt, whatever the next hop answered.
  const auto accepted = co_await round.acceptance->clear();
  if (!accepted) co_return;
  std::vector<Event> outcome;
  outcome.push_back(outcome_of(round, turn, lane_.clock.now() - began));
  delivery.ended = true;
  const auto written = co_await lane_.recorder.record(std::move(outcome));
  // The outcome and the end of the open delivery are one batch: a crash in the sync leaves both or
  // neither, and recovery never says InDoubt beside an outcome.
  if (!written && !round.unrecorded) round.unrecorded = written.error();
}

Event HandOverPlan::outcome_of(const Round& round, const Turn& turn,
                               runtime::Duration time_spent) const {
  Event event = hop_verdict(turn.recipient->subject, pb::STAGE_BODY, turn.delivery->answer,
                            *turn.delivery->target, turn.delivery->id, time_spent);
  if (!event.has_forwarded()) return event;
  pb::Forwarded& forwarded = *event.mutable_forwarded();
  if (!round.digest.octets.empty()) forwarded.set_content_digest(round.digest.octets);
  if (envelope_.mail.sender) {
    forwarded.set_return_path_id(turn.delivery->id.bytes());
    // The window is counted from this try, whose id may be an earlier one's.
    const runtime::WallTime began =
        turn.delivery->lent ? lane_.clock.wall() : schemas::time_of(turn.delivery->id);
    forwarded.set_bounce_until(
        schemas::nanoseconds(began + turn.recipient->found.domain->bounce_window));
  }
  return event;
}

namespace {

plan::Verdicts verdicts_on(std::span<const Recipient> recipients) {
  plan::Verdicts out;
  for (const Recipient& recipient : recipients) {
    if (recipient.drops()) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (delivery.done_before) {
        out.add_done();
      } else {
        out.add(as_told(recipient, delivery));
      }
    }
  }
  return out;
}

}  // namespace

Task<plan::BodyReply> HandOverPlan::verdict(const WholeMessage& message, const Round& round) {
  remember(round, verdicts_on(recipients_).sum() == plan::Verdicts::Sum::open);
  plan::BodyReply out;
  if (!envelope_.prdr || recipients_.size() < 2) {
    out.whole = co_await verdict_on(recipients_, message, round.deadline);
    if (!out.whole.positive()) co_return out;
    std::vector<const Recipient*> taken;
    for (const Recipient& recipient : recipients_) taken.push_back(&recipient);
    tell_relayed(taken, message);
    co_return out;
  }
  std::vector<const Recipient*> taken;
  for (const Recipient& recipient : recipients_) {
    const Group alone(&recipient, 1);
    out.each.push_back(co_await verdict_on(alone, message, round.deadline));
    if (out.each.back().positive()) taken.push_back(&recipient);
  }
  out.whole = plan::whole_of(out.each);
  tell_relayed(taken, message);
  co_return out;
}

Task<Reply> HandOverPlan::verdict_on(Group group, const WholeMessage& message, Instant deadline) {
  const plan::Verdicts all = verdicts_on(group);
  if (all.sum() == plan::Verdicts::Sum::mixed) {
    const bool told = co_await tell_of_refused(group, message, deadline);
    if (told) co_return all.reply(plan::Verdicts::Told::yes);
  }
  co_return all.reply();
}

// What the log was too slow for is in the journal all the same (ack = "kafka"): deliveries that
// were never begun end here, or they would stay open until the next start.
Reply HandOverPlan::not_recorded(const runtime::Error& error) {
  std::vector<Event> ends;
  for (const Recipient& recipient : recipients_) {
    if (recipient.drops()) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (delivery.ended || error != Errc::timeout) continue;
      ends.push_back(unsent(recipient.subject, *delivery.target, delivery.id));
    }
  }
  // Nobody waits for it: what closes always fits.
  if (!ends.empty()) lane_.recorder.begin(std::move(ends));
  return unrecorded(lane_.metrics, error);
}

// As the views will have it, but for the time of the acceptance: the journal's is not known here.
schemas::ReturnPath HandOverPlan::path_of(const Recipient& recipient, const Delivery& delivery,
                                          const WholeMessage& message) const {
  Event accepted = accepted_event_of(recipient, message);
  accepted.set_occurred_at(schemas::nanoseconds(lane_.clock.wall()));
  schemas::ReturnPath path;
  schemas::open_return_path(accepted, delivery.target->text(), path);
  return path;
}

Homecoming HandOverPlan::homecoming_of(const Recipient& recipient, const Delivery& delivery,
                                       const WholeMessage& message) const {
  Subject subject = recipient.subject;
  subject.partition = partition_of(recipient);
  subject.sender = std::string();
  subject.message = schemas::new_id<schemas::MessageId>(lane_.clock.wall(), lane_.chance);
  subject.reported = delivery.id;
  return Homecoming(lane_, std::move(subject), delivery.id, path_of(recipient, delivery, message),
                    returnpath::policy_of(*recipient.found.domain, recipient.found.action),
                    envelope_.mail.require_tls);
}

namespace {

Others others_of(const Recipient& recipient) {
  const auto has_it = [](const Delivery& delivery) {
    return delivery.done_before || delivery.answer.kind == HopAnswer::Kind::accepted;
  };
  const auto& all = recipient.deliveries;
  return std::any_of(all.begin(), all.end(), has_it) ? Others::have_it : Others::refused;
}

}  // namespace

// True once a notice of each refused delivery is with the sender's server. The sender waits for
// them within the time that it waits for all.
Task<bool> HandOverPlan::tell_of_refused(Group group, const WholeMessage& message,
                                         Instant deadline) {
  for (const Recipient& recipient : group) {
    const Others others = others_of(recipient);
    for (const Delivery& delivery : recipient.deliveries) {
      const bool refused = !recipient.drops() && !delivery.done_before &&
                           delivery.answer.kind == HopAnswer::Kind::refused;
      if (!refused) continue;
      if (lane_.clock.now() >= deadline) co_return false;
      Homecoming home = homecoming_of(recipient, delivery, message);
      const bool told = co_await home.tell_refused(delivery.answer, others, deadline);
      if (!told) co_return false;
    }
  }
  co_return true;
}

// Those who asked for it, once for the message and after the reply to it: it is the sender's own
// server that is dialled, and the sender waits for no notice.
void HandOverPlan::tell_relayed(const std::vector<const Recipient*>& taken,
                                const WholeMessage& message) {
  if (!envelope_.mail.sender) return;
  std::vector<std::string> aliases;
  std::optional<Homecoming> home;
  for (const Recipient* const one : taken) {
    const Recipient& recipient = *one;
    if (recipient.dsn.notify.find("SUCCESS") == std::string::npos) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (recipient.drops() || delivery.done_before || !delivery.asked_well()) continue;
      if (delivery.answer.dsn_passed_on) continue;
      if (aliases.empty() || aliases.back() != recipient.subject.alias) {
        aliases.push_back(recipient.subject.alias);
      }
      if (!home) home.emplace(homecoming_of(recipient, delivery, message));
    }
  }
  if (home) begin_telling_relayed(lane_, std::move(*home), std::move(aliases));
}

}  // namespace waybill::relay
