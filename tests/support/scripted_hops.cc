#include "tests/support/scripted_hops.h"

#include <algorithm>

#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Connection;
using runtime::Endpoint;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

namespace {

const HopScript& usual() {
  static const HopScript script = {
      {"connect", "220 mx.test ESMTP"},
      {"EHLO", "250 mx.test"},
      {"HELO", "250 mx.test"},
      {"MAIL", "250 2.1.0 sender"},
      {"RCPT", "250 2.1.5 recipient"},
      {"RCPT refused", "503 5.5.1 MAIL first"},
      {"DATA", "354 go on"},
      {"octets", kSilence},
      {"body", "250 2.0.0 taken"},
      {"RSET", "250 2.0.0 reset"},
      {"QUIT", "221 2.0.0 bye" + kHangUp},
  };
  return script;
}

bool take_suffix(std::string& text, const std::string& suffix) {
  if (!text.ends_with(suffix)) return false;
  text.resize(text.size() - suffix.size());
  return true;
}

// The message as it was before its dots were stuffed (RFC 5321 4.5.2).
std::string unstuffed(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    if (body.starts_with('.')) body.remove_prefix(1);
    const std::size_t end = std::min(body.size(), body.find("\r\n") + 2);
    out += body.substr(0, end);
    body.remove_prefix(end);
  }
  return out;
}

}  // namespace

HopScript with(HopScript script, const std::string& step, const std::string& says) {
  script[step] = says;
  return script;
}

void HopWire::wake() {
  if (!reader) return;
  const auto waiting = *reader;
  reader.reset();
  waiting.give(true);
}

class HopConnection final : public Connection {
 public:
  HopConnection(ScriptedHops& hops, std::shared_ptr<HopWire> wire, runtime::Executor executor)
      : hops_(hops), wire_(std::move(wire)), executor_(std::move(executor)) {}
  ~HopConnection() override { close(); }

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    if (hops_.strikes()) {
      if (hops_.fault_.error == Errc::timeout) co_await hops_.clock_.sleep_until(deadline);
      if (hops_.fault_.error != Errc::timeout) wire_->cut = true;
      co_return make_error_code(hops_.fault_.error);
    }
    for (;;) {
      if (closed_ || wire_->cut) co_return make_error_code(Errc::closed);
      if (!wire_->arrived.empty()) break;
      if (wire_->hung_up) co_return make_error_code(Errc::closed);
      if (hops_.clock_.now() >= deadline) co_return make_error_code(Errc::timeout);
      const runtime::OneShot<bool> woken;
      wire_->reader = woken;
      const auto key = hops_.clock_.call_at(deadline, [wire = wire_] { wire->wake(); });
      co_await woken.wait();
      hops_.clock_.cancel(key);
    }
    const std::size_t count = std::min({into.size(), wire_->arrived.size(), hops_.piece_});
    std::copy_n(wire_->arrived.begin(), count, into.begin());
    wire_->arrived.erase(0, count);
    co_return count;
  }

  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    const bool struck = hops_.strikes();
    if (closed_ || wire_->cut || wire_->hung_up) co_return make_error_code(Errc::closed);
    if (wire_->stalled) {
      co_await hops_.clock_.sleep_until(deadline);
      co_return make_error_code(Errc::timeout);
    }
    if (!struck || hops_.fault_.when == HopFault::When::after) hops_.hear(*wire_, bytes);
    if (!struck) co_return Result<void>();
    if (hops_.fault_.error == Errc::timeout) co_await hops_.clock_.sleep_until(deadline);
    // What the hop answered is lost with the connection.
    wire_->cut = true;
    co_return make_error_code(hops_.fault_.error);
  }

  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    if (!wire_->hung_up && !wire_->cut) hops_.note("close");
    wire_->wake();
  }

  bool quiet() noexcept override {
    return !closed_ && !wire_->cut && !wire_->hung_up && wire_->arrived.empty();
  }
  const Endpoint& local() const override { return local_; }
  const Endpoint& remote() const override { return wire_->at; }
  runtime::Executor executor() const override { return executor_; }

 private:
  ScriptedHops& hops_;
  std::shared_ptr<HopWire> wire_;
  runtime::Executor executor_;
  Endpoint local_{boost::asio::ip::make_address("192.0.2.200"), 40000};
  bool closed_ = false;
};

void ScriptedHops::listen(const std::string& at, std::deque<HopScript> scripts) {
  scripts_[at] = std::move(scripts);
}

void ScriptedHops::note(std::string line) {
  if (on_heard) on_heard(line);
  heard_.push_back(std::move(line));
}

void ScriptedHops::fail_dial(const std::string& at, Errc error) { dial_failures_[at] = error; }

Task<Result<std::unique_ptr<Connection>>> ScriptedHops::dial(
    Endpoint to, Instant deadline, std::optional<runtime::IpAddress> from) {
  note("dial " + to_string(to) + (from ? " from " + from->to_string() : ""));
  const bool struck = strikes();
  if (struck && fault_.when == HopFault::When::before) {
    if (fault_.error == Errc::timeout) co_await clock_.sleep_until(deadline);
    co_return make_error_code(fault_.error);
  }
  auto connection = co_await answer_dial(to, deadline);
  if (struck) co_return make_error_code(fault_.error);
  co_return connection;
}

Task<Result<std::unique_ptr<Connection>>> ScriptedHops::answer_dial(Endpoint to, Instant deadline) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  const auto failure = dial_failures_.find(to_string(to));
  if (failure != dial_failures_.end()) {
    if (failure->second == Errc::timeout) co_await clock_.sleep_until(deadline);
    co_return make_error_code(failure->second);
  }
  const auto found = scripts_.find(to_string(to));
  if (found == scripts_.end()) co_return make_error_code(Errc::refused);
  auto& scripts = found->second;
  const auto wire = std::make_shared<HopWire>();
  wire->at = to;
  wire->script = scripts.front();
  if (scripts.size() > 1) scripts.pop_front();
  wires_.push_back(wire);
  say(*wire, "connect");
  co_return std::make_unique<HopConnection>(*this, wire, executor);
}

void ScriptedHops::speak(const std::string& octets) {
  for (const auto& wire : wires_) {
    wire->arrived += octets;
    wire->wake();
  }
}

void ScriptedHops::hang_up() {
  for (const auto& wire : wires_) {
    wire->hung_up = true;
    wire->wake();
  }
}

void ScriptedHops::hang_up_last() {
  wires_.back()->hung_up = true;
  wires_.back()->wake();
}

char ScriptedHops::say(HopWire& wire, const std::string& step) {
  const int times = ++wire.times[step];
  const std::string at_this_time = step + " " + std::to_string(times);
  const HopScript* from = &wire.script;
  auto found = from->find(at_this_time);
  if (found == from->end()) found = from->find(step);
  if (found == from->end()) found = usual().find(step);
  std::string text = found == usual().end() ? "500 5.5.1 unknown" : found->second;
  const char said = text.empty() ? '\0' : text.front();
  if (take_suffix(text, kStall)) wire.stalled = true;
  if (take_suffix(text, kHangUp)) wire.hung_up = true;
  take_suffix(text, kSilence);
  if (!text.empty()) wire.arrived += text + "\r\n";
  wire.wake();
  return said;
}

void ScriptedHops::hear(HopWire& wire, std::string_view octets) {
  wire.unread += octets;
  while (!wire.hung_up && !wire.stalled) {
    if (wire.in_body) {
      hear_body(wire);
      if (wire.in_body) return;
    }
    const std::size_t end = wire.unread.find("\r\n");
    if (end == std::string::npos) return;
    const std::string line = wire.unread.substr(0, end);
    wire.unread.erase(0, end + 2);
    hear_command(wire, line);
  }
}

void ScriptedHops::hear_command(HopWire& wire, const std::string& line) {
  note(line);
  std::string step = line.substr(0, line.find(' '));
  if (step == "RCPT" && wire.mail_refused) step = "RCPT refused";
  const char said = say(wire, step);
  if (step == "MAIL") wire.mail_refused = said != '2';
  if (step == "DATA" && said == '3') {
    wire.in_body = true;
    wire.body.clear();
  }
}

void ScriptedHops::hear_body(HopWire& wire) {
  if (wire.unread.empty()) return;
  const bool first = wire.body.empty();
  body_octets_ += wire.unread;
  wire.body += std::exchange(wire.unread, {});
  if (first) say(wire, "octets");
  const bool empty = wire.body.starts_with(".\r\n");
  const std::size_t end = empty ? 0 : wire.body.find("\r\n.\r\n");
  if (end == std::string::npos || wire.hung_up || wire.stalled) return;
  const std::size_t size = empty ? 0 : end + 2;
  wire.unread = wire.body.substr(size + 3);
  wire.body.resize(size);
  wire.in_body = false;
  bodies_.push_back(unstuffed(wire.body));
  note("body " + std::to_string(bodies_.back().size()));
  if (say(wire, "body") == '2') ++taken_;
}

}  // namespace waybill::tests
