#include "relay/session.h"

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using runtime::Errc;
using runtime::Instant;
using runtime::Task;
using schemas::Reply;

Session::Session(Lane& lane, std::unique_ptr<runtime::Connection> connection)
    : lane_(lane),
      connection_(std::move(connection)),
      core_(lane.settings.host_name, lane.settings.smtp) {}

Task<void> Session::turn_away(Reply reply) {
  core_.greet(reply);
  co_await flush();
  connection_->close();
}

void Session::stop() {
  stopping_ = true;
  if (!transaction_) connection_->close();
}

Task<void> Session::run() {
  core_.greet({220, "", lane_.settings.host_name + " ESMTP Waybill"});
  command_deadline_ = lane_.clock.now() + kCommandTimeout;
  for (;;) {
    smtp::Step step = core_.next();
    if (std::holds_alternative<smtp::Hangup>(step)) break;
    if (!std::holds_alternative<smtp::NeedInput>(step)) {
      co_await take(std::move(step));
      command_deadline_ = lane_.clock.now() + kCommandTimeout;
      continue;
    }
    if (stopping_ && !transaction_) {
      core_.shut_down({421, "4.3.2", lane_.settings.host_name + " is stopping; try again later"});
      continue;
    }
    if (!co_await flush()) break;
    if (!co_await read_more()) break;
  }
  co_await flush();
  connection_->close();
}

Task<bool> Session::flush() {
  const std::string output = core_.take_output();
  if (output.empty()) co_return true;
  const auto written = co_await connection_->write(output, lane_.clock.now() + kReplyTimeout);
  co_return written.has_value();
}

// A command has to be whole in time; a body has to keep coming, and at its minimum rate.
Instant Session::read_deadline() const {
  if (!core_.in_body()) return command_deadline_;
  const std::chrono::duration<double> due(static_cast<double>(transaction_->body_octets()) /
                                          lane_.settings.min_data_rate);
  const Instant slow =
      body_began_ + kBodyRateGrace + std::chrono::duration_cast<runtime::Duration>(due);
  return runtime::sooner(lane_.clock.now() + kBodyPieceTimeout, slow);
}

Task<bool> Session::read_more() {
  if (buffer_.empty()) buffer_.resize(kReadOctets);
  const std::span<char> into(buffer_);
  const auto count = co_await connection_->read_some(into, read_deadline());
  if (!count) {
    if (count.error() == Errc::timeout) co_await timed_out();
    co_return count.error() == Errc::timeout;
  }
  core_.feed({buffer_.data(), *count});
  co_return true;
}

Task<void> Session::timed_out() {
  Reply reply = policy::reply_of(policy::Rule::timeout,
                                 lane_.settings.host_name + " waited too long; closing");
  if (core_.in_body() && transaction_) reply = co_await transaction_->time_out(reply);
  transaction_.reset();
  core_.shut_down(reply);
}

Task<Reply> Session::mail(smtp::MailStep step) {
  Client client;
  client.endpoint = connection_->remote();
  client.helo = core_.helo();
  client.esmtp = core_.esmtp();
  if (step.syntax_error) {
    co_return co_await refuse_mail(lane_, std::move(client), std::move(step));
  }
  transaction_.emplace(lane_, std::move(client), step);
  co_return Reply{250, "2.1.0", "Sender ok"};
}

Task<void> Session::take(smtp::Step step) {
  if (const auto* chunk = std::get_if<smtp::BodyChunk>(&step)) {
    co_await transaction_->body(chunk->octets);
  } else if (auto* begun = std::get_if<smtp::MailStep>(&step)) {
    const Reply reply = co_await mail(std::move(*begun));
    core_.answer(reply);
  } else if (auto* rcpt = std::get_if<smtp::RcptStep>(&step)) {
    const Reply reply = co_await transaction_->rcpt(std::move(*rcpt));
    core_.answer(reply);
  } else if (std::holds_alternative<smtp::BodyStart>(step)) {
    body_began_ = lane_.clock.now();
    core_.answer({354, "", "End data with <CR><LF>.<CR><LF>"});
  } else if (const auto* end = std::get_if<smtp::BodyEnd>(&step)) {
    const Reply reply = co_await transaction_->end(end->fault);
    core_.answer(reply);
    transaction_.reset();
  } else if (std::holds_alternative<smtp::Reset>(step)) {
    transaction_.reset();
  }
}

}  // namespace waybill::relay
