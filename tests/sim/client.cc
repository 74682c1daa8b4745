#include "tests/sim/client.h"

#include <array>

#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Task;
using schemas::Reply;

SentMessage SimClient::make_message() {
  constexpr std::array<const char*, 8> kNotify = {
      "", "", "", "", "NEVER", "FAILURE", "DELAY", "SUCCESS,FAILURE,DELAY"};
  const std::string number = std::to_string(next_++) + "." + name_;
  SentMessage out;
  out.message_id = "<" + number + "@sim.test>";
  const std::uint64_t who = net_.chance().below(8);
  if (who > 0) out.sender = "m" + number + "@" + (who > 2 ? kVerifiedDomain : kStrangeDomain);
  out.notify = kNotify[net_.chance().below(kNotify.size())];
  out.body = "From: " + (out.sender.empty() ? "MAILER-DAEMON" : out.sender) + "\r\n";
  out.body += "Message-ID: " + out.message_id + "\r\nSubject: simulated\r\n\r\n";
  const std::uint64_t lines = net_.chance().below(20);
  for (std::uint64_t i = 0; i < lines; ++i) {
    out.body += std::string(net_.chance().below(3), '.') + "line " + std::to_string(i) + "\r\n";
  }
  return out;
}

// A positive reply to one of them, or the last refusal; nullopt: cut off.
Task<std::optional<Reply>> SimClient::name_recipients(SimTalk& talk, std::size_t at,
                                                      std::vector<std::string> aliases) {
  const std::uint64_t recipients = 1 + net_.chance().below(3);
  const std::string notify = sent_[at].notify.empty() ? "" : " NOTIFY=" + sent_[at].notify;
  std::optional<Reply> best;
  for (std::uint64_t i = 0; i < recipients; ++i) {
    const std::string alias = aliases[net_.chance().below(aliases.size())];
    std::string command = "RCPT TO:<" + alias + ">" + notify + "\r\n";
    const auto reply = co_await talk.say(std::move(command));
    if (!reply) co_return std::nullopt;
    sent_[at].rcpt.emplace(alias, *reply);
    if (!best || !best->positive()) best = *reply;
  }
  co_return best;
}

// False: the connection is of no more use.
Task<bool> SimClient::send_one(SimTalk& talk, std::vector<std::string> aliases) {
  sent_.push_back(make_message());
  const std::size_t at = sent_.size() - 1;
  std::string mail = "MAIL FROM:<" + sent_[at].sender + ">\r\n";
  auto reply = co_await talk.say(std::move(mail));
  if (!reply || !reply->positive()) co_return false;
  reply = co_await name_recipients(talk, at, std::move(aliases));
  if (!reply) co_return false;
  if (!reply->positive()) {
    reply = co_await talk.say("RSET\r\n");
    co_return reply.has_value();
  }
  reply = co_await talk.say("DATA\r\n");
  if (!reply || reply->code != 354) co_return false;
  std::string octets = dot_stuffed(sent_[at].body);
  if (net_.chance().one_in(30)) {
    // The sender's own line is cut.
    octets.resize(net_.chance().below(octets.size()));
    co_await talk.write(std::move(octets));
    co_return false;
  }
  reply = co_await talk.say(std::move(octets));
  if (!reply) co_return false;
  sent_[at].final = *reply;
  co_return reply->code != 421;
}

Task<void> SimClient::run(int count, std::vector<std::string> aliases) {
  const runtime::IpAddress from = boost::asio::ip::make_address("192.0.2.77");
  while (next_ < count) {
    SimTalk talk(net_, process_);
    bool going = co_await talk.open(relay_, from, "client.test");
    if (!going) {
      co_await net_.clock().sleep_until(net_.clock().now() + std::chrono::milliseconds(20));
      continue;
    }
    while (going && next_ < count) going = co_await send_one(talk, aliases);
  }
}

}  // namespace waybill::tests
