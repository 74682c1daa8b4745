// SmtpPlayer: drives a ServerCore as a session does, with a policy that every test can read here:
//   sender     blocked@      550, all others 250
//   recipient  nobody@ 550, away@ 450, crash@ 421, all others 250
//   body       from unwanted@ refused at its start by 554; a fault at its end by 554 or 552
// A test may set another policy. Every octet fed is freed once the core asks for more, so that a
// sanitizer sees a view that lives too long.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/smtp/server_core.h"

namespace waybill::tests {

struct SmtpPolicy {
  virtual ~SmtpPolicy() = default;

  virtual schemas::Reply mail(const relay::smtp::MailStep& step) {
    if (step.argument.starts_with("blocked@")) return {550, "5.7.1", "Blocked"};
    return {250, "2.1.0", "OK"};
  }
  virtual schemas::Reply rcpt(const relay::smtp::RcptStep& step) {
    if (step.argument.starts_with("nobody@")) return {550, "5.1.1", "No such user"};
    if (step.argument.starts_with("away@")) return {450, "4.2.1", "Try later"};
    if (step.argument.starts_with("crash@")) return {421, "4.3.0", "Going down"};
    return {250, "2.1.5", "OK"};
  }
  virtual schemas::Reply body_start(std::string_view sender) {
    if (sender.starts_with("unwanted@")) return {554, "5.7.1", "Not wanted"};
    return {250, "", ""};
  }
  virtual schemas::Reply body_end(const relay::smtp::BodyEnd& end) {
    if (end.fault == relay::smtp::BodyFault::too_large) return {552, "5.3.4", "Too large"};
    if (end.fault != relay::smtp::BodyFault::none) return {554, "5.6.0", "Bare CR or LF"};
    return {250, "2.0.0", "Taken"};
  }
};

// Accepted messages only.
struct PlayedMessage {
  std::string sender;
  std::vector<std::string> recipients;
  std::string body;
};

class SmtpPlayer {
 public:
  explicit SmtpPlayer(relay::smtp::ServerLimits limits = {}, std::string host = "mx.example",
                      std::shared_ptr<SmtpPolicy> policy = std::make_shared<SmtpPolicy>())
      : core_(std::move(host), limits), policy_(std::move(policy)) {}

  relay::smtp::ServerCore& core() { return core_; }

  std::string greet() {
    core_.greet({220, "", ""});
    return run();
  }

  // What the server answers to these octets.
  std::string say(std::string_view octets) {
    const auto fed = std::make_unique<std::string>(octets);
    core_.feed(*fed);
    return run();
  }

  bool closed() const { return closed_; }
  const std::vector<PlayedMessage>& messages() const { return messages_; }
  const std::string& open_body() const { return open_.body; }
  // What the driver was asked and told, a line each.
  const std::vector<std::string>& seen() const { return seen_; }

 private:
  std::string run() {
    for (;;) {
      relay::smtp::Step step = core_.next();
      if (std::holds_alternative<relay::smtp::NeedInput>(step)) return core_.take_output();
      if (std::holds_alternative<relay::smtp::Hangup>(step)) {
        if (!std::exchange(closed_, true)) seen_.emplace_back("hangup");
        return core_.take_output();
      }
      std::visit([this](auto& one) { take(one); }, step);
    }
  }

  void take(relay::smtp::NeedInput&) {}
  void take(relay::smtp::Hangup&) {}

  void take(relay::smtp::MailStep& step) {
    std::string line = "mail <" + (step.sender ? step.sender->text() : step.argument) + ">";
    if (step.syntax_error) line += " refused=" + std::to_string(step.syntax_error->code);
    if (step.size) line += " size=" + std::to_string(*step.size);
    if (step.body == relay::smtp::BodyKind::eight_bit_mime) line += " 8bitmime";
    if (step.smtputf8) line += " smtputf8";
    if (!step.dsn.ret.empty()) line += " ret=" + step.dsn.ret;
    if (!step.dsn.envid.empty()) line += " envid=" + step.dsn.envid;
    seen_.push_back(std::move(line));
    const schemas::Reply reply = step.syntax_error ? *step.syntax_error : policy_->mail(step);
    open_ = {step.sender ? step.sender->text() : "", {}, {}};
    core_.answer(reply);
  }

  void take(relay::smtp::RcptStep& step) {
    const schemas::Reply reply = step.syntax_error ? *step.syntax_error : policy_->rcpt(step);
    std::string line = "rcpt <" + (step.recipient ? step.recipient->text() : step.argument) + ">";
    if (step.syntax_error) line += " refused=" + std::to_string(step.syntax_error->code);
    if (!step.dsn.notify.empty()) line += " notify=" + step.dsn.notify;
    if (!step.dsn.orcpt.empty()) line += " orcpt=" + step.dsn.orcpt;
    seen_.push_back(std::move(line));
    if (reply.positive()) open_.recipients.push_back(step.recipient->text());
    core_.answer(reply);
  }

  void take(relay::smtp::BodyStart&) {
    seen_.emplace_back("body");
    core_.answer(policy_->body_start(open_.sender));
  }

  void take(relay::smtp::BodyChunk& step) { open_.body += step.octets; }

  void take(relay::smtp::BodyEnd& step) {
    std::string line = "end octets=" + std::to_string(step.octets);
    if (step.fault == relay::smtp::BodyFault::bare_line_end) line += " bare_line_end";
    if (step.fault == relay::smtp::BodyFault::too_large) line += " too_large";
    seen_.push_back(std::move(line));
    const schemas::Reply reply = policy_->body_end(step);
    if (reply.positive()) messages_.push_back(std::exchange(open_, {}));
    core_.answer(reply);
  }

  // What is said from here on stands for what TLS gives.
  void take(relay::smtp::StartTls&) { seen_.emplace_back("tls"); }

  void take(relay::smtp::Reset&) {
    seen_.emplace_back("reset");
    open_ = {};
  }

  relay::smtp::ServerCore core_;
  std::shared_ptr<SmtpPolicy> policy_;
  bool closed_ = false;
  PlayedMessage open_;
  std::vector<PlayedMessage> messages_;
  std::vector<std::string> seen_;
};

}  // namespace waybill::tests
