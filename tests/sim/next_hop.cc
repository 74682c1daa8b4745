#include "tests/sim/next_hop.h"

#include <array>

#include "runtime/clock.h"

namespace waybill::tests {

using relay::smtp::ServerCore;
using runtime::Task;
using schemas::Reply;
namespace smtp = relay::smtp;

namespace {

Reply rcpt_reply(Deed deed) {
  switch (deed) {
    case Deed::refuse_rcpt: return {550, "5.1.1", "No such mailbox"};
    case Deed::defer_rcpt: return {450, "4.2.1", "Mailbox busy"};
    case Deed::go_down: return {421, "4.3.2", "Going down"};
    default: return {250, "2.1.5", "Recipient ok"};
  }
}

}  // namespace

Deed deed_by_name(const std::string& recipient) {
  const std::pair<const char*, Deed> deeds[] = {{"refuse-rcpt", Deed::refuse_rcpt},
                                                {"defer-rcpt", Deed::defer_rcpt},
                                                {"421", Deed::go_down},
                                                {"refuse-body", Deed::refuse_body},
                                                {"defer-body", Deed::defer_body},
                                                {"drop-before", Deed::drop_before},
                                                {"drop-after", Deed::drop_after},
                                                {"silent", Deed::silent}};
  for (const auto& [word, deed] : deeds) {
    if (recipient.starts_with(word)) return deed;
  }
  return Deed::take;
}

SimNextHop::SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at, std::string name,
                       HopMind mind)
    : net_(net), scope_(scope), name_(std::move(name)), mind_(std::move(mind)) {
  net_.listen(at, process_, [this](std::unique_ptr<runtime::Connection> connection) {
    scope_.spawn("next hop", serve(std::move(connection)));
  });
}

bool SimNextHop::judge_body(ServerCore& core) {
  Envelope envelope = std::exchange(open_[&core], Envelope{});
  if (envelope.deed == Deed::drop_before) return false;
  if (envelope.deed == Deed::refuse_body) {
    core.answer({554, "5.7.1", "Not wanted"});
    return true;
  }
  if (envelope.deed == Deed::defer_body) {
    core.answer({451, "4.3.0", "Not now"});
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
    if (rcpt->recipient) envelope.recipient = rcpt->recipient->text();
    envelope.deed = mind_(envelope.recipient);
    core.answer(rcpt->syntax_error ? *rcpt->syntax_error : rcpt_reply(envelope.deed));
  } else if (std::holds_alternative<smtp::BodyStart>(step)) {
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

Task<void> SimNextHop::serve(std::unique_ptr<runtime::Connection> connection) {
  // A hop keeps idle connections for as long as RFC 5321 4.5.3.2.7 asks for.
  constexpr std::chrono::minutes kIdle{5};
  ServerCore core(name_, {});
  core.greet({220, "", name_ + " ESMTP"});
  bool going = true;
  // The core reads from it until it asks for more.
  std::array<char, 4096> buffer;
  while (going) {
    smtp::Step step = core.next();
    if (!std::holds_alternative<smtp::NeedInput>(step)) {
      going = judge(core, step);
      if (open_[&core].hang) {
        co_await net_.clock().sleep_until(net_.clock().now() + kIdle);
        break;
      }
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
