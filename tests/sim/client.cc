#include "tests/sim/client.h"

#include <array>

namespace waybill::tests {

using runtime::Connection;
using runtime::Task;
using schemas::Reply;

namespace {

constexpr std::chrono::minutes kPatience{15};

std::string dot_stuffed(const std::string& body) {
  std::string out;
  const auto written = relay::smtp::BodyWriter().write(body, out);
  (void)written;
  return out + ".\r\n";
}

}  // namespace

Task<std::optional<Reply>> SimClient::hear(Connection& connection) {
  for (;;) {
    auto reply = replies_.next();
    if (!reply) co_return std::nullopt;
    if (*reply) co_return std::move(*reply);
    std::array<char, 1024> buffer;
    const std::span<char> into(buffer);
    const auto count = co_await connection.read_some(into, net_.clock().now() + kPatience);
    if (!count) co_return std::nullopt;
    replies_.feed({buffer.data(), *count});
  }
}

Task<std::optional<Reply>> SimClient::say(Connection& connection, std::string line) {
  const auto written = co_await connection.write(line, net_.clock().now() + kPatience);
  if (!written) co_return std::nullopt;
  co_return co_await hear(connection);
}

std::string SimClient::make_body(const std::string& message_id) {
  std::string body = "Message-ID: " + message_id + "\r\nSubject: simulated\r\n\r\n";
  const std::uint64_t lines = net_.chance().below(20);
  for (std::uint64_t i = 0; i < lines; ++i) {
    body += std::string(net_.chance().below(3), '.') + "line " + std::to_string(i) + "\r\n";
  }
  return body;
}

// False: the connection is of no more use.
Task<bool> SimClient::send_one(Connection& connection, std::vector<std::string> aliases) {
  sent_.emplace_back();
  const std::size_t at = sent_.size() - 1;
  sent_[at].message_id = "<" + std::to_string(next_++) + "." + name_ + "@sim.test>";
  sent_[at].body = make_body(sent_[at].message_id);
  auto reply = co_await say(connection, "MAIL FROM:<sender@origin.test>\r\n");
  if (!reply || !reply->positive()) co_return false;
  const std::uint64_t recipients = 1 + net_.chance().below(3);
  bool any = false;
  for (std::uint64_t i = 0; i < recipients; ++i) {
    const std::string alias = aliases[net_.chance().below(aliases.size())];
    reply = co_await say(connection, "RCPT TO:<" + alias + ">\r\n");
    if (!reply) co_return false;
    sent_[at].rcpt.emplace(alias, *reply);
    any = any || reply->positive();
  }
  if (!any) {
    reply = co_await say(connection, "RSET\r\n");
    co_return reply.has_value();
  }
  reply = co_await say(connection, "DATA\r\n");
  if (!reply || reply->code != 354) co_return false;
  std::string octets = dot_stuffed(sent_[at].body);
  if (net_.chance().one_in(30)) {
    // The sender's own line is cut.
    octets.resize(net_.chance().below(octets.size()));
    const auto written = co_await connection.write(octets, net_.clock().now() + kPatience);
    (void)written;
    co_return false;
  }
  reply = co_await say(connection, octets);
  if (!reply) co_return false;
  sent_[at].final = *reply;
  co_return reply->code != 421;
}

Task<void> SimClient::run(int count, std::vector<std::string> aliases) {
  while (next_ < count) {
    const runtime::IpAddress from = boost::asio::ip::make_address("192.0.2.77");
    auto connected = co_await net_.connect(relay_, process_, from, net_.clock().now() + kPatience);
    if (!connected) {
      co_await net_.clock().sleep_until(net_.clock().now() + std::chrono::milliseconds(20));
      continue;
    }
    const auto connection = std::move(*connected);
    replies_ = {};
    auto reply = co_await hear(*connection);
    if (reply && reply->code == 220) reply = co_await say(*connection, "EHLO client.test\r\n");
    bool going = reply && reply->code == 250;
    while (going && next_ < count) going = co_await send_one(*connection, aliases);
    connection->close();
  }
}

}  // namespace waybill::tests
