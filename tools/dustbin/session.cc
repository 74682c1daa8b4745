#include "tools/dustbin/session.h"

#include <utility>

#include "relay/message/header_scan.h"
#include "runtime/clock.h"

namespace waybill::tools::dustbin {

namespace smtp = relay::smtp;
using runtime::Task;
using schemas::Reply;

Session::Session(Dustbin& dustbin, runtime::Connection& connection)
    : dustbin_(dustbin),
      connection_(connection),
      core_(dustbin.settings().host_name, dustbin.settings().limits) {}

Reply Session::welcome() const {
  return {220, "", dustbin_.settings().host_name + " ESMTP Waybill dustbin"};
}

Reply Session::too_many() { return {421, "4.3.2", "Too many sessions in this dustbin"}; }

Task<void> Session::run(Reply greeting) {
  core_.greet(greeting);
  for (;;) {
    const smtp::Step step = core_.next();
    if (std::holds_alternative<smtp::Hangup>(step)) break;
    if (!std::holds_alternative<smtp::NeedInput>(step)) {
      take(step);
      continue;
    }
    if (!co_await flush()) co_return;
    if (!co_await read_more()) co_return;
  }
  const bool said = co_await flush();
  (void)said;
}

Task<bool> Session::flush() {
  const std::string output = core_.take_output();
  if (output.empty()) co_return true;
  const auto written = co_await connection_.write(output, dustbin_.clock().now() + kIdleTimeout);
  co_return written.has_value();
}

Task<bool> Session::read_more() {
  const runtime::Instant deadline =
      runtime::sooner(dustbin_.clock().now() + kIdleTimeout, dustbin_.last_moment());
  const std::span<char> into(buffer_);
  const auto count = co_await connection_.read_some(into, deadline);
  if (!count) co_return false;
  core_.feed({buffer_.data(), *count});
  co_return true;
}

void Session::take(const smtp::Step& step) {
  if (const auto* chunk = std::get_if<smtp::BodyChunk>(&step)) {
    body(chunk->octets);
  } else if (const auto* sender = std::get_if<smtp::MailStep>(&step)) {
    mail(*sender);
  } else if (const auto* recipient = std::get_if<smtp::RcptStep>(&step)) {
    rcpt(*recipient);
  } else if (std::holds_alternative<smtp::BodyStart>(step)) {
    body_start();
  } else if (const auto* end = std::get_if<smtp::BodyEnd>(&step)) {
    body_end(*end);
  } else if (std::holds_alternative<smtp::Reset>(step)) {
    transaction_.reset();
  }
}

void Session::mail(const smtp::MailStep& step) {
  if (dustbin_.ending()) {
    core_.answer({421, "4.3.2", "This dustbin has had its fill"});
    return;
  }
  transaction_.emplace();
  transaction_->origin.client = to_string(connection_.remote());
  transaction_->origin.helo = core_.helo();
  transaction_->origin.sender = step.sender;
  core_.answer({250, "2.1.0", "Sender ok"});
}

void Session::rcpt(const smtp::RcptStep& step) {
  const Reply reply = step.syntax_error
                          ? *step.syntax_error
                          : judge_recipient(dustbin_.settings().rules, *step.recipient);
  if (reply.positive()) {
    transaction_->recipients.push_back(*step.recipient);
  } else if (dustbin_.observer().refusal) {
    transaction_->origin.at = dustbin_.clock().wall();
    dustbin_.observer().refusal({transaction_->origin, step.argument, reply});
  }
  core_.answer(reply);
}

void Session::body_start() {
  if (dustbin_.settings().dump) {
    auto file = dustbin_.settings().dump->begin();
    if (file) {
      transaction_->dump.emplace(std::move(*file));
    } else {
      dump_failed();
    }
  }
  core_.answer({354, "", "End data with <CR><LF>.<CR><LF>"});
}

void Session::body(std::string_view octets) {
  std::string& head = transaction_->head;
  if (head.size() < kKeptHead) head += octets.substr(0, kKeptHead - head.size());
  if (transaction_->dump && !transaction_->dump->append(octets)) dump_failed();
}

void Session::dump_failed() {
  transaction_->dump.reset();
  transaction_->dump_failed = true;
  if (dustbin_.observer().trouble)
    dustbin_.observer().trouble("a message could not be written to its file");
}

Reply Session::judge(smtp::BodyFault fault) const {
  if (fault == smtp::BodyFault::too_large) return {552, "5.3.4", "Message too large"};
  if (fault != smtp::BodyFault::none) {
    return {554, "5.6.0", "Message has a line that does not end in CR LF"};
  }
  if (transaction_->dump_failed) return {451, "4.3.0", "Message could not be written to its file"};
  return judge_data(dustbin_.settings().rules, transaction_->recipients);
}

void Session::body_end(const smtp::BodyEnd& end) {
  Message message;
  message.reply = judge(end.fault);
  const auto facts = relay::message::scan_header(transaction_->head);
  message.subject = facts.subject;
  message.message_id = facts.message_id;
  message.octets = end.octets;
  message.header = transaction_->head.substr(0, transaction_->head.find("\r\n\r\n"));
  message.origin = transaction_->origin;
  message.origin.at = dustbin_.clock().wall();
  message.recipients = transaction_->recipients;
  // What was drained and never given is no whole message: it is told of, but leaves no file.
  if (transaction_->dump && end.fault == smtp::BodyFault::none) {
    message.file = transaction_->dump->name();
    if (!transaction_->dump->keep(json_of(message))) {
      dump_failed();
      message.file.clear();
      message.reply = judge(end.fault);
    }
  }
  transaction_.reset();
  dustbin_.answered(message, connection_);
  core_.answer(message.reply);
}

}  // namespace waybill::tools::dustbin
