#include "tests/sim/next_hop.h"

#include <array>

namespace waybill::tests {

using relay::smtp::ServerCore;
using runtime::Task;
using schemas::Reply;
namespace smtp = relay::smtp;

SimNextHop::SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at)
    : net_(net), scope_(scope) {
  net_.listen(at, process_, [this](std::unique_ptr<runtime::Connection> connection) {
    scope_.spawn("next hop", serve(std::move(connection)));
  });
}

Reply SimNextHop::rcpt_reply(const std::string& recipient) {
  if (recipient.starts_with("refuse-rcpt")) return {550, "5.1.1", "No such mailbox"};
  if (recipient.starts_with("defer-rcpt")) return {450, "4.2.1", "Mailbox busy"};
  if (recipient.starts_with("421")) return {421, "4.3.2", "Going down"};
  return {250, "2.1.5", "Recipient ok"};
}

bool SimNextHop::judge_body(ServerCore& core) {
  Envelope envelope = std::exchange(open_[&core], Envelope{});
  const std::string& to = envelope.recipient;
  if (to.starts_with("refuse-body")) {
    core.answer({554, "5.7.1", "Not wanted"});
  } else if (to.starts_with("defer-body")) {
    core.answer({451, "4.3.0", "Not now"});
  } else if (to.starts_with("drop-before")) {
    return false;
  } else {
    const std::string text = "Taken as " + std::to_string(taken_.size());
    taken_.push_back({to, std::move(envelope.octets), text});
    if (to.starts_with("drop-after")) return false;
    if (to.starts_with("silent")) {
      open_[&core].hang = true;
      return true;
    }
    core.answer({250, "2.0.0", text});
  }
  return true;
}

bool SimNextHop::judge(ServerCore& core, smtp::Step& step) {
  Envelope& envelope = open_[&core];
  if (std::holds_alternative<smtp::MailStep>(step)) {
    envelope = Envelope{};
    core.answer({250, "2.1.0", "Sender ok"});
  } else if (const auto* rcpt = std::get_if<smtp::RcptStep>(&step)) {
    if (rcpt->recipient) envelope.recipient = rcpt->recipient->text();
    core.answer(rcpt->syntax_error ? *rcpt->syntax_error : rcpt_reply(envelope.recipient));
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
  ServerCore core("hop.test", {});
  core.greet({220, "", "hop.test ESMTP"});
  bool going = true;
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
    std::array<char, 4096> buffer;
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
