#include "tests/sim/client.h"

#include <algorithm>
#include <array>

#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Duration;
using runtime::Instant;
using runtime::Task;
using schemas::Reply;

namespace {

// Between two tries.
constexpr std::chrono::minutes kLeastPause{2};
constexpr std::chrono::minutes kMorePause{10};
constexpr std::size_t kMostTries = 10;

}  // namespace

bool SentTry::heard_of(const std::string& alias) const {
  if (verdicts.contains(alias)) return true;
  return std::any_of(rcpt.begin(), rcpt.end(), [&](const auto& said) {
    return said.first == alias && !said.second.positive();
  });
}

bool SentMessage::is_settled() const {
  return std::all_of(recipients.begin(), recipients.end(),
                     [this](const std::string& alias) { return settled.contains(alias); });
}

SentMessage SimClient::make_message() {
  constexpr std::array<const char*, 8> kNotify = {
      "", "", "", "", "NEVER", "FAILURE", "DELAY", "SUCCESS,FAILURE,DELAY"};
  SeededChance& chance = net_.chance();
  const std::string number = std::to_string(sent_.size()) + "." + name_;
  SentMessage out;
  out.message_id = "<" + number + "@sim.test>";
  const std::uint64_t who = chance.below(8);
  if (who > 0) out.sender = "m" + number + "@" + (who > 2 ? kVerifiedDomain : kStrangeDomain);
  out.regular = who > 6;
  if (out.regular) out.sender = "regular." + name_ + "@" + kVerifiedDomain;
  out.prdr = chance.one_in(3);
  out.notify = kNotify[chance.below(kNotify.size())];
  out.body = "From: " + (out.sender.empty() ? "MAILER-DAEMON" : out.sender) + "\r\n";
  out.body += "Message-ID: " + out.message_id + "\r\nSubject: simulated\r\n\r\n";
  const std::uint64_t lines = chance.below(20);
  for (std::uint64_t i = 0; i < lines; ++i) {
    out.body += std::string(chance.below(3), '.') + "line " + std::to_string(i) + "\r\n";
  }
  const std::uint64_t recipients = 1 + chance.below(3);
  for (std::uint64_t i = 0; i < recipients; ++i) {
    out.recipients.push_back(aliases_[chance.below(aliases_.size())]);
  }
  // Most give up early, which saves time.
  out.most_tries = chance.one_in(4) ? kMostTries : 2 + chance.below(3);
  return out;
}

bool SimClient::has_work() const {
  if (static_cast<int>(sent_.size()) < count_) return true;
  return !queue_.empty() && queue_.begin()->first <= net_.clock().now();
}

// What is due comes first.
std::optional<std::size_t> SimClient::next_job() {
  if (!has_work()) return std::nullopt;
  const auto first = queue_.begin();
  if (first != queue_.end() && first->first <= net_.clock().now()) {
    const std::size_t at = first->second;
    queue_.erase(first);
    return at;
  }
  sent_.push_back(make_message());
  return sent_.size() - 1;
}

// How many were taken; nullopt: cut off.
Task<std::optional<std::size_t>> SimClient::name_recipients(SimTalk& talk, std::size_t at) {
  const std::string notify = sent_[at].notify.empty() ? "" : " NOTIFY=" + sent_[at].notify;
  std::size_t taken = 0;
  for (const std::string& alias : std::vector<std::string>(sent_[at].recipients)) {
    if (sent_[at].settled.contains(alias)) continue;
    std::string command = "RCPT TO:<" + alias + ">" + notify + "\r\n";
    const auto reply = co_await talk.say(std::move(command));
    if (!reply) co_return std::nullopt;
    now_trying(at).rcpt.emplace_back(alias, *reply);
    taken += reply->positive();
    if (reply->code == 421) co_return std::nullopt;
  }
  co_return taken;
}

// The sender's line is cut, or it does not wait for the reply (RFC 1047).
bool SimClient::lose_patience() { return net_.chance().one_in(30); }

Task<bool> SimClient::send_body(SimTalk& talk, std::size_t at) {
  auto reply = co_await talk.say("DATA\r\n");
  if (!reply || reply->code != 354) co_return false;
  std::string octets = dot_stuffed(sent_[at].body);
  if (lose_patience()) {
    octets.resize(net_.chance().below(octets.size()));
    co_await talk.write(std::move(octets));
    co_return false;
  }
  co_await talk.write(std::move(octets));
  if (lose_patience()) {
    const Duration soon = std::chrono::milliseconds(net_.chance().below(30));
    co_await net_.clock().sleep_until(net_.clock().now() + soon);
    co_return false;
  }
  co_return co_await hear_verdicts(talk, at);
}

// draft-hall-prdr: after a 353 one for each recipient that was taken, in their order, and the last
// of the whole; else one for all.
Task<bool> SimClient::hear_verdicts(SimTalk& talk, std::size_t at) {
  std::vector<std::string> taken;
  for (const auto& [alias, said] : now_trying(at).rcpt) {
    if (said.positive()) taken.push_back(alias);
  }
  auto reply = co_await talk.hear();
  if (!reply) co_return false;
  if (reply->code == 353) {
    now_trying(at).for_each = true;
    for (const std::string& alias : taken) {
      reply = co_await talk.hear();
      if (!reply) co_return false;
      now_trying(at).verdicts[alias] = *reply;
    }
    reply = co_await talk.hear();
    if (!reply) co_return false;
  } else {
    for (const std::string& alias : taken) now_trying(at).verdicts[alias] = *reply;
  }
  now_trying(at).whole = *reply;
  co_return reply->code != 421;
}

Task<bool> SimClient::transaction(SimTalk& talk, std::size_t at) {
  std::string mail = "MAIL FROM:<" + sent_[at].sender + ">" + (sent_[at].prdr ? " PRDR" : "");
  mail += "\r\n";
  auto reply = co_await talk.say(std::move(mail));
  if (!reply || !reply->positive()) co_return false;
  const auto taken = co_await name_recipients(talk, at);
  if (!taken) co_return false;
  if (*taken > 0) co_return co_await send_body(talk, at);
  reply = co_await talk.say("RSET\r\n");
  co_return reply.has_value();
}

void SimClient::settle(std::size_t at) {
  SentMessage& sent = sent_[at];
  for (const auto& [alias, reply] : now_trying(at).rcpt) {
    if (reply.permanent()) sent.settled.insert(alias);
  }
  for (const auto& [alias, reply] : now_trying(at).verdicts) {
    if (reply.positive() || reply.permanent()) sent.settled.insert(alias);
  }
  if (sent.is_settled() || sent.tries.size() >= sent.most_tries) return;
  const auto pause =
      kLeastPause + std::chrono::seconds(net_.chance().below(60 * kMorePause.count()));
  queue_.emplace(net_.clock().now() + pause, at);
}

// False: the connection is of no more use.
Task<bool> SimClient::try_once(SimTalk& talk, std::size_t at) {
  sent_[at].tries.emplace_back();
  now_trying(at).began = net_.clock().wall();
  const bool going = co_await transaction(talk, at);
  settle(at);
  co_return going;
}

// False: nobody was there.
Task<bool> SimClient::one_connection() {
  const runtime::IpAddress from = boost::asio::ip::make_address("192.0.2.77");
  SimTalk talk(net_, process_);
  bool going = co_await talk.open(relay_, from, "client.test");
  if (!going) co_return false;
  while (going) {
    const auto job = next_job();
    if (!job) break;
    going = co_await try_once(talk, *job);
  }
  co_return true;
}

Task<void> SimClient::run(int count, std::vector<std::string> aliases) {
  constexpr std::chrono::milliseconds kSoon{20};
  count_ = count;
  aliases_ = std::move(aliases);
  for (;;) {
    Instant until = net_.clock().now();
    if (has_work()) {
      const bool met = co_await one_connection();
      if (met) continue;
      until += kSoon;
    } else if (!queue_.empty()) {
      asleep_ = true;
      until = queue_.begin()->first;
    } else {
      asleep_ = true;
      co_return;
    }
    co_await net_.clock().sleep_until(until);
    asleep_ = false;
  }
}

}  // namespace waybill::tests
