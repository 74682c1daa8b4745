#include "tests/sim/bridgehead.h"

#include <map>

#include "relay/returnpath/token.h"
#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Duration;
using runtime::Task;
using runtime::WallTime;
using schemas::Reply;
using std::chrono::milliseconds;

namespace {

constexpr int kAttempts = 9;
// More than a return path takes.
constexpr int kFlood = 20;

WallTime window_end(const SentReport& report) {
  return schemas::time_of(*report.delivery) + kWindow;
}

}  // namespace

Task<void> Bridgehead::pause(Duration time) {
  const runtime::Instant until = net_.clock().now() + time;
  co_await net_.clock().sleep_until(until);
}

// A few milliseconds mostly, some seconds at times.
Duration Bridgehead::some_delay() {
  const std::uint64_t most = net_.chance().one_in(5) ? 3'000'000 : 150'000;
  return std::chrono::microseconds(net_.chance().below(most));
}

ReportKind Bridgehead::some_kind() {
  switch (net_.chance().below(8)) {
    case 0: return ReportKind::given_up;
    case 1: return ReportKind::delayed;
    case 2: return ReportKind::delivered;
    case 3: return ReportKind::prose;
    default: return ReportKind::failed;
  }
}

SentReport& Bridgehead::add(SentReport report) {
  reports_.push_back(std::move(report));
  return reports_.back();
}

void Bridgehead::spawn(SentReport& report, Duration delay, int times) {
  scope_.spawn("report", send(report, delay, times));
}

void Bridgehead::take(const TakenMail& mail) {
  if (!mail.recipient.starts_with("bounce") || mail.sender.empty()) return;
  SeededChance& chance = net_.chance();
  const Trick manner = chance.one_in(4) ? Trick::cased : Trick::none;
  SentReport& first = add(make_report(mail, some_kind(), manner, reports_.size(), chance));
  const Duration delay = some_delay();
  spawn(first, delay, chance.one_in(4) ? 2 : 1);
  // A twin: two servers of one operator, or one that lost count.
  if (chance.one_in(5)) spawn(first, delay + std::chrono::microseconds(chance.below(6000)), 1);
  if (chance.one_in(5)) {
    spawn(add(make_report(mail, ReportKind::delayed, manner, reports_.size(), chance)),
          some_delay(), 1);
  }
  if (chance.one_in(3)) {
    const Trick trick = static_cast<Trick>(2 + chance.below(4));
    spawn(add(make_report(mail, ReportKind::failed, trick, reports_.size(), chance)), some_delay(),
          1);
  }
  if (chance.one_in(60)) scope_.spawn("flood", flood(first));
}

// One after the other, each of them another report.
Task<void> Bridgehead::flood(SentReport& first) {
  for (int i = 0; i < kFlood; ++i) {
    SentReport& report = add(another_report(first, reports_.size(), net_.chance()));
    co_await send(report, milliseconds(1), 1);
  }
}

std::optional<WallTime> Bridgehead::last_window_end() const {
  std::optional<WallTime> last;
  for (const SentReport& report : reports_) {
    if (report.delivery) last = std::max(last.value_or(window_end(report)), window_end(report));
  }
  return last;
}

void Bridgehead::knock_late() {
  std::map<std::string, SentReport*> paths;
  for (SentReport& report : reports_) {
    if (report.delivery && is_genuine(report.trick)) paths[report.return_path] = &report;
  }
  for (const auto& [path, report] : paths) {
    const milliseconds around(net_.chance().below(60));
    const WallTime when = window_end(*report) + around - milliseconds(30);
    const Duration delay = std::max<Duration>(Duration::zero(), when - net_.clock().wall());
    SentReport& again = net_.chance().one_in(2)
                            ? *report
                            : add(another_report(*report, reports_.size(), net_.chance()));
    spawn(again, delay, 1);
  }
}

Task<void> Bridgehead::send(SentReport& report, Duration delay, int times) {
  co_await pause(delay);
  Duration wait = milliseconds(20);
  for (int i = 0; i < kAttempts && times > 0; ++i) {
    const Heard heard = co_await attempt(report);
    if (heard == Heard::refused) co_return;
    if (heard == Heard::taken) --times;
    co_await pause(wait);
    wait *= 2;
  }
}

Task<Bridgehead::Heard> Bridgehead::attempt(SentReport& report) {
  SimTalk talk(net_, process_);
  const runtime::IpAddress from = boost::asio::ip::make_address("192.0.2.10");
  const bool open = co_await talk.open(relay_, from, "mx.hop.test");
  if (!open) co_return Heard::later;
  std::string mail = "MAIL FROM:<" + report.mail_from + ">\r\n";
  auto reply = co_await talk.say(std::move(mail));
  if (!reply || !reply->positive()) co_return Heard::later;
  const std::size_t at = report.attempts.size();
  report.attempts.emplace_back();
  report.attempts[at].rcpt_said = net_.clock().wall();
  std::string rcpt = "RCPT TO:<" + report.to + ">\r\n";
  reply = co_await talk.say(std::move(rcpt));
  if (!reply) co_return Heard::later;
  report.attempts[at].rcpt_heard = net_.clock().wall();
  report.attempts[at].rcpt = *reply;
  if (reply->permanent()) co_return Heard::refused;
  if (!reply->positive()) co_return Heard::later;
  if (net_.chance().one_in(4)) co_await pause(milliseconds(net_.chance().below(30)));
  reply = co_await talk.say("DATA\r\n");
  if (!reply || reply->code != 354) co_return Heard::later;
  co_return co_await send_body(talk, report, at);
}

Task<Bridgehead::Heard> Bridgehead::send_body(SimTalk& talk, SentReport& report, std::size_t at) {
  std::string octets = dot_stuffed(report.octets);
  if (net_.chance().one_in(12)) {
    octets.resize(net_.chance().below(octets.size()));
    co_await talk.write(std::move(octets));
    co_return Heard::later;
  }
  if (net_.chance().one_in(10)) {
    // Loses patience before the reply, and comes again while the relay is still at work.
    co_await talk.write(std::move(octets));
    co_await pause(milliseconds(net_.chance().below(30)));
    co_return Heard::later;
  }
  const auto reply = co_await talk.say(std::move(octets));
  if (!reply) co_return Heard::later;
  report.attempts[at].final_heard = net_.clock().wall();
  report.attempts[at].final = *reply;
  if (reply->positive()) co_return Heard::taken;
  co_return reply->permanent() ? Heard::refused : Heard::later;
}

}  // namespace waybill::tests
