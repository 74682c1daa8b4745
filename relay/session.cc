#include "relay/session.h"

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using runtime::Errc;
using runtime::Instant;
using runtime::Task;
using schemas::Reply;

Session::Session(Lane& lane, std::unique_ptr<runtime::Connection> connection, Begins begins)
    : lane_(lane),
      connection_(std::move(connection)),
      core_(lane.settings.host_name, lane.settings.smtp),
      refusals_(lane, connection_->remote().address) {
  late_->session = this;
  if (begins == Begins::with_tls) {
    begin_tls();
    core_.begin_with_tls();
  } else if (lane_.tls.ready()) {
    core_.offer_tls();
  }
}

Session::~Session() { late_->session = nullptr; }

void Session::begin_tls() {
  connection_ = lane_.tls.secure(std::move(connection_));
  secured_ = true;
  handshake_counted_ = false;
}

// The handshake is made by the first read or write after begin_tls(), or it fails there.
void Session::count_handshake() {
  if (std::exchange(handshake_counted_, true)) return;
  const auto made = connection_->tls();
  RelayMetrics& metrics = lane_.metrics;
  if (!made) return metrics.tls_failed.add();
  (made->version == "TLSv1.2" ? metrics.tls_1_2 : metrics.tls_1_3).add();
}

Task<void> Session::turn_away(Reply reply) {
  core_.greet(reply);
  co_await flush();
  connection_->close();
}

namespace {

Reply stopping(const std::string& host_name) {
  return {421, "4.3.2", host_name + " is stopping; try again later"};
}

}  // namespace

void Session::stop(runtime::Scope& scope) {
  if (std::exchange(stopping_, true)) return;
  // There is nobody yet who could read a 421.
  if (secured_ && !connection_->tls()) return connection_->close();
  if (!reading_ || core_.in_body()) return;
  core_.shut_down(stopping(lane_.settings.host_name));
  farewell_.emplace();
  scope.spawn("smtp farewell", say_farewell(core_.take_output()));
}

// run() waits in its read meanwhile, which ends by the close, and then for the end of this.
Task<void> Session::say_farewell(std::string words) {
  const runtime::OneShot<bool> said = *farewell_;
  co_await connection_->write(words, lane_.clock.now() + kFarewellTimeout);
  connection_->close();
  said.give(true);
}

Task<bool> Session::at_the_door() {
  const door::DoorSettings& door = lane_.settings.door;
  judged_ = !door.is_exempt(connection_->remote().address);
  if (!judged_) co_return true;
  if (door.asks_dns()) {
    look_.emplace(
        door::LookParts{lane_.forward.resolver, lane_.clock, lane_.scope, lane_.list_health, door},
        connection_->remote().address);
  }
  // On a port of TLS the handshake takes its part of the delay.
  if (door.greeting_delay.count() == 0) co_return true;
  buffer_.resize(kReadOctets);
  reading_ = true;
  const auto early = co_await connection_->read_some(std::span<char>(buffer_),
                                                     lane_.clock.now() + door.greeting_delay);
  reading_ = false;
  if (!early && early.error() == Errc::timeout) co_return true;
  count_handshake();
  if (!early) co_return false;
  const Reply reply = co_await refusals_.too_early();
  core_.greet(reply);
  co_await flush();
  co_return false;
}

Task<void> Session::run() {
  if (!co_await at_the_door()) {
    connection_->close();
    if (farewell_) co_await farewell_->wait();
    co_return;
  }
  core_.greet({220, "", lane_.settings.host_name + " ESMTP Waybill"});
  command_deadline_ = lane_.clock.now() + kCommandTimeout;
  for (;;) {
    smtp::Step step = core_.next();
    if (std::holds_alternative<smtp::Hangup>(step)) break;
    if (!std::holds_alternative<smtp::NeedInput>(step)) {
      if (!co_await flush_before(step)) break;
      co_await take(std::move(step));
      command_deadline_ = lane_.clock.now() + kCommandTimeout;
      continue;
    }
    if (stopping_ && !core_.in_body()) {
      core_.shut_down(stopping(lane_.settings.host_name));
      continue;
    }
    if (!co_await flush()) break;
    if (!co_await read_more()) break;
  }
  co_await flush();
  count_handshake();
  connection_->close();
  // What it lets go goes on in the scope that this task is in.
  transaction_.reset();
  refusals_.errors(core_.errors());
  if (farewell_) co_await farewell_->wait();
}

// RFC 2920 3.2: what answers a group of MAIL and RCPT may wait for its last, all else may not. The
// group does not wait long either: an RCPT may take as long as its next hop.
Task<bool> Session::flush_before(const smtp::Step& step) {
  const bool waits =
      std::holds_alternative<smtp::RcptStep>(step) || std::holds_alternative<smtp::MailStep>(step);
  const bool ends = std::holds_alternative<smtp::BodyEnd>(step);
  if (!core_.has_output() || (!waits && !ends)) co_return true;
  const Instant now = lane_.clock.now();
  if (!grouped_since_) grouped_since_ = now;
  const bool due = ends || core_.output_is_urgent() || now - *grouped_since_ >= kReplyGroup;
  if (!due) co_return true;
  co_return co_await flush();
}

Task<void> Session::send_late(std::shared_ptr<LateReplies> late, runtime::Clock& clock) {
  while (late->session != nullptr && late->waiting && late->session->grouped_since_) {
    const Instant due = *late->session->grouped_since_ + kReplyGroup;
    if (clock.now() < due) {
      co_await clock.sleep_until(due);
      continue;
    }
    const runtime::OneShot<bool> written;
    late->writing = written;
    // The session waits for its end before it goes on.
    co_await late->session->flush();
    late->writing.reset();
    written.give(true);
  }
  late->under_way = false;
}

Task<Reply> Session::recipient(smtp::RcptStep step) {
  late_->waiting = true;
  if (core_.has_output() && !std::exchange(late_->under_way, true)) {
    lane_.scope.spawn("late replies", send_late(late_, lane_.clock));
  }
  Reply reply = co_await transaction_->rcpt(std::move(step));
  late_->waiting = false;
  if (const auto writing = late_->writing) co_await writing->wait();
  co_return reply;
}

Task<bool> Session::flush() {
  grouped_since_.reset();
  const std::string output = core_.take_output();
  if (output.empty()) co_return true;
  const auto written = co_await connection_->write(output, lane_.clock.now() + kReplyTimeout);
  co_return written.has_value();
}

// A command has to be whole in time; a body has to begin as soon as a command would, to keep
// coming, and at its minimum rate. The octets of a faulty one count: its sender is to hear why.
Instant Session::read_deadline() {
  if (!core_.in_body()) return command_deadline_;
  const Instant now = lane_.clock.now();
  const std::uint64_t octets = core_.body_octets();
  if (octets == 0) return body_began_ + kCommandTimeout;
  if (!first_body_octet_) first_body_octet_ = now;
  const std::chrono::duration<double> due(static_cast<double>(octets) /
                                          lane_.settings.min_data_rate);
  const Instant slow =
      *first_body_octet_ + kBodyRateGrace + std::chrono::duration_cast<runtime::Duration>(due);
  return runtime::sooner(now + kBodyPieceTimeout, slow);
}

Task<bool> Session::read_more() {
  if (buffer_.empty()) buffer_.resize(kReadOctets);
  const std::span<char> into(buffer_);
  const Instant deadline = read_deadline();
  reading_ = true;
  const auto count = co_await connection_->read_some(into, deadline);
  reading_ = false;
  count_handshake();
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
  client.tls = connection_->tls();
  client.judged = judged_;
  client.look = look_ ? &*look_ : nullptr;
  if (judged_ && lane_.settings.door.helo != door::HeloRule::off) {
    client.helo_claim =
        door::look_at_helo({core_.helo(), client.endpoint.address, connection_->local().address,
                            lane_.settings.host_name});
  }
  if (step.syntax_error) {
    co_return co_await refuse_mail(lane_, std::move(client), std::move(step));
  }
  transaction_.emplace(lane_, std::move(client), step);
  co_return Reply{250, "2.1.0", "Sender ok"};
}

Task<void> Session::answer(Reply reply) {
  const Refusals::Then then = refusals_.count(reply);
  if (then == Refusals::Then::wait) {
    co_await flush();
    co_await lane_.clock.sleep_until(lane_.clock.now() + kRefusalDelay);
  }
  core_.answer(reply);
  if (then != Refusals::Then::hang_up) co_return;
  const Reply farewell = co_await refusals_.hang_up();
  core_.shut_down(farewell);
}

Task<void> Session::take(smtp::Step step) {
  if (const auto* chunk = std::get_if<smtp::BodyChunk>(&step)) {
    co_await transaction_->body(chunk->octets);
  } else if (auto* begun = std::get_if<smtp::MailStep>(&step)) {
    Reply reply = co_await mail(std::move(*begun));
    co_await answer(std::move(reply));
  } else if (auto* rcpt = std::get_if<smtp::RcptStep>(&step)) {
    Reply reply = co_await recipient(std::move(*rcpt));
    co_await answer(std::move(reply));
  } else if (std::holds_alternative<smtp::BodyStart>(step)) {
    body_began_ = lane_.clock.now();
    first_body_octet_.reset();
    core_.answer({354, "", "End data with <CR><LF>.<CR><LF>"});
  } else if (const auto* end = std::get_if<smtp::BodyEnd>(&step)) {
    const plan::BodyReply reply = co_await transaction_->end(end->fault);
    if (reply.each.empty()) {
      core_.answer(reply.whole);
    } else {
      core_.answer_each(reply.each, reply.whole);
    }
    if (reply.whole.positive()) refusals_.message_taken(transaction_->recipients());
    transaction_.reset();
  } else if (std::holds_alternative<smtp::Reset>(step)) {
    transaction_.reset();
  } else if (std::holds_alternative<smtp::StartTls>(step)) {
    const bool told = co_await flush();
    if (told) {
      begin_tls();
    } else {
      connection_->close();
    }
  }
}

}  // namespace waybill::relay
