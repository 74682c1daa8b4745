#include "tests/sim/next_hop.h"

#include <array>

#include "runtime/clock.h"
#include "tests/sim/talk.h"

namespace waybill::tests {

using relay::smtp::ServerCore;
using runtime::Duration;
using runtime::Task;
using schemas::Reply;
namespace smtp = relay::smtp;

namespace {

// A hop keeps idle connections for as long as RFC 5321 4.5.3.2.7 asks for.
constexpr std::chrono::minutes kIdle{5};

// Now and then longer than the relay waits (sim_settings() in node.cc).
Duration slow_rcpt(SeededChance& chance) { return std::chrono::milliseconds(chance.below(3200)); }
Duration slow_body(SeededChance& chance) { return std::chrono::milliseconds(chance.below(5500)); }

Deed some_mood(SeededChance& chance) {
  constexpr std::array<Deed, 30> kDeeds = {
      Deed::take,         Deed::take,        Deed::take,         Deed::take,
      Deed::take,         Deed::take,        Deed::take,         Deed::take,
      Deed::take,         Deed::take,        Deed::take,         Deed::take,
      Deed::take,         Deed::take,        Deed::refuse_rcpt,  Deed::defer_rcpt,
      Deed::go_down,      Deed::refuse_body, Deed::defer_body,   Deed::drop_before,
      Deed::drop_after,   Deed::silent,      Deed::greylist,     Deed::greylist_451,
      Deed::call_back,    Deed::slow,        Deed::lie_refusing, Deed::lie_deferring,
      Deed::hang_up_rcpt, Deed::hang_up_data};
  return kDeeds[chance.below(kDeeds.size())];
}

Reply rcpt_reply(Deed deed) {
  switch (deed) {
    case Deed::refuse_rcpt: return {550, "5.1.1", "No such mailbox"};
    case Deed::defer_rcpt: return {450, "4.2.1", "Mailbox busy"};
    case Deed::go_down: return {421, "4.3.2", "Going down"};
    case Deed::greylist: return {450, "4.2.0", "Greylisted, come again"};
    case Deed::greylist_451: return {451, "4.7.1", "Greylisted, come again"};
    default: return {250, "2.1.5", "Recipient ok"};
  }
}

std::optional<Reply> body_refusal(Deed deed) {
  switch (deed) {
    case Deed::refuse_body: return Reply{554, "5.7.1", "Not wanted"};
    case Deed::defer_body: return Reply{451, "4.3.0", "Not now"};
    // RFC 3463 2 has codes of one class; servers have two.
    case Deed::lie_refusing: return Reply{554, "", "4.7.1 Not wanted after all"};
    case Deed::lie_deferring: return Reply{451, "", "5.7.1 Not now after all"};
    default: return std::nullopt;
  }
}

}  // namespace

HopMind mind_by_name(SeededChance& chance) {
  return [&chance](const std::string& recipient) {
    constexpr std::pair<const char*, Deed> kDeeds[] = {{"refuse-rcpt", Deed::refuse_rcpt},
                                                       {"defer-rcpt", Deed::defer_rcpt},
                                                       {"421", Deed::go_down},
                                                       {"refuse-body", Deed::refuse_body},
                                                       {"defer-body", Deed::defer_body},
                                                       {"drop-before", Deed::drop_before},
                                                       {"drop-after", Deed::drop_after},
                                                       {"silent", Deed::silent},
                                                       {"grey451", Deed::greylist_451},
                                                       {"grey", Deed::greylist},
                                                       {"calls-back", Deed::call_back},
                                                       {"slow", Deed::slow},
                                                       {"hang-rcpt", Deed::hang_up_rcpt},
                                                       {"hang-data", Deed::hang_up_data}};
    for (const auto& [word, deed] : kDeeds) {
      if (recipient.starts_with(word)) return deed;
    }
    if (recipient.starts_with("moody")) return some_mood(chance);
    if (!recipient.starts_with("lies")) return Deed::take;
    return chance.one_in(2) ? Deed::lie_refusing : Deed::lie_deferring;
  };
}

SimNextHop::SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at, std::string name,
                       HopMind mind, runtime::Endpoint relay)
    : net_(net),
      scope_(scope),
      at_(at),
      name_(std::move(name)),
      mind_(std::move(mind)),
      relay_(relay) {
  net_.listen(at, process_, [this](std::unique_ptr<runtime::Connection> connection) {
    scope_.spawn("next hop", serve(std::move(connection)));
  });
}

bool SimNextHop::is_known(const Envelope& envelope) {
  const runtime::Instant now = net_.clock().now();
  const auto [first, fresh] = greylist_.try_emplace({envelope.sender, envelope.recipient}, now);
  return !fresh && now - first->second >= kGreyDelay;
}

bool SimNextHop::judge_rcpt(ServerCore& core, const smtp::RcptStep& step) {
  Envelope& envelope = open_[&core];
  if (step.recipient) envelope.recipient = step.recipient->text();
  envelope.deed = mind_(envelope.recipient);
  if (step.syntax_error) {
    core.answer(*step.syntax_error);
    return true;
  }
  if (envelope.deed == Deed::hang_up_rcpt) return false;
  const bool grey = envelope.deed == Deed::greylist || envelope.deed == Deed::greylist_451;
  if (grey && is_known(envelope)) envelope.deed = Deed::take;
  if (envelope.deed == Deed::slow) envelope.wait = slow_rcpt(net_.chance());
  envelope.call_back = envelope.deed == Deed::call_back && !envelope.sender.empty();
  if (!envelope.call_back) core.answer(rcpt_reply(envelope.deed));
  return true;
}

bool SimNextHop::judge_body(ServerCore& core) {
  Envelope envelope = std::exchange(open_[&core], Envelope{});
  if (envelope.deed == Deed::drop_before) return false;
  if (envelope.deed == Deed::slow) open_[&core].wait = slow_body(net_.chance());
  if (const auto refusal = body_refusal(envelope.deed)) {
    core.answer(*refusal);
    return true;
  }
  const std::string text = "Taken by " + name_ + " as " + std::to_string(taken_.size());
  taken_.push_back({std::move(envelope.sender), std::move(envelope.recipient),
                    std::move(envelope.octets), text});
  if (on_taken) on_taken(taken_.back());
  if (envelope.deed == Deed::drop_after) return false;
  open_[&core].hang = envelope.deed == Deed::silent;
  if (envelope.deed != Deed::silent) core.answer({250, "2.0.0", text});
  return true;
}

bool SimNextHop::judge(ServerCore& core, smtp::Step& step) {
  Envelope& envelope = open_[&core];
  if (const auto* mail = std::get_if<smtp::MailStep>(&step)) {
    envelope = Envelope{};
    if (mail->sender) envelope.sender = mail->sender->text();
    core.answer({250, "2.1.0", "Sender ok"});
  } else if (const auto* rcpt = std::get_if<smtp::RcptStep>(&step)) {
    return judge_rcpt(core, *rcpt);
  } else if (std::holds_alternative<smtp::BodyStart>(step)) {
    if (envelope.deed == Deed::hang_up_data) return false;
    core.answer({354, "", "Go ahead"});
  } else if (const auto* chunk = std::get_if<smtp::BodyChunk>(&step)) {
    envelope.octets += chunk->octets;
  } else if (std::holds_alternative<smtp::BodyEnd>(step)) {
    return judge_body(core);
  } else if (std::holds_alternative<smtp::Hangup>(step)) {
    return false;
  }
  return true;
}

Task<std::optional<Reply>> SimNextHop::ask_the_relay(std::string return_path) {
  SimTalk talk(net_, process_);
  const bool open = co_await talk.open(relay_, at_.address, "mx.hop.test");
  if (!open) co_return std::nullopt;
  auto reply = co_await talk.say("MAIL FROM:<>\r\n");
  if (!reply || !reply->positive()) co_return std::nullopt;
  std::string rcpt = "RCPT TO:<" + return_path + ">\r\n";
  reply = co_await talk.say(std::move(rcpt));
  co_return reply;
}

// As Exim's `verify = sender/callout` and Postfix' reject_unverified_sender do.
Task<Reply> SimNextHop::call_back(std::string return_path) {
  auto reply = co_await ask_the_relay(return_path);
  called_back_.push_back({std::move(return_path), reply});
  if (reply && reply->positive()) co_return Reply{250, "2.1.5", "Recipient ok"};
  if (reply && reply->permanent()) co_return Reply{550, "5.1.8", "Sender verify failed"};
  co_return Reply{450, "4.1.8", "Could not complete sender verify"};
}

// What it was told is judged; false: the connection ends here.
Task<bool> SimNextHop::go_on(ServerCore& core, smtp::Step step) {
  const bool going = judge(core, step);
  if (!going) co_return false;
  const bool hangs = open_[&core].hang;
  const Duration wait = std::exchange(open_[&core].wait, Duration::zero());
  const runtime::Instant until = net_.clock().now() + (hangs ? Duration(kIdle) : wait);
  if (until > net_.clock().now()) co_await net_.clock().sleep_until(until);
  if (std::exchange(open_[&core].call_back, false)) {
    std::string sender = open_[&core].sender;
    const Reply reply = co_await call_back(std::move(sender));
    core.answer(reply);
  }
  co_return !hangs;
}

Task<void> SimNextHop::serve(std::unique_ptr<runtime::Connection> connection) {
  ServerCore core(name_, {});
  core.greet({220, "", name_ + " ESMTP"});
  bool going = true;
  // The core reads from it until it asks for more.
  std::array<char, 4096> buffer;
  while (going) {
    smtp::Step step = core.next();
    if (!std::holds_alternative<smtp::NeedInput>(step)) {
      going = co_await go_on(core, std::move(step));
      continue;
    }
    const std::string output = core.take_output();
    const auto written = co_await connection->write(output, net_.clock().now() + kIdle);
    if (!written) break;
    const std::span<char> into(buffer);
    const auto count = co_await connection->read_some(into, net_.clock().now() + kIdle);
    if (!count) break;
    core.feed({buffer.data(), *count});
  }
  open_.erase(&core);
  const std::string output = core.take_output();
  const auto said = co_await connection->write(output, net_.clock().now() + kIdle);
  (void)said;
  connection->close();
}

}  // namespace waybill::tests
