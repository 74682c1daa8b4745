#include "tests/sim/talk.h"

#include <array>

#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Instant;
using runtime::Task;
using schemas::Reply;

namespace {

constexpr std::chrono::minutes kPatience{15};

}  // namespace

std::string dot_stuffed(const std::string& message) {
  std::string out;
  const auto written = relay::smtp::BodyWriter().write(message, out);
  (void)written;
  return out + ".\r\n";
}

Instant SimTalk::patience() const { return net_.clock().now() + kPatience; }

Task<std::optional<Reply>> SimTalk::hear() {
  for (;;) {
    auto reply = replies_.next();
    if (!reply) co_return std::nullopt;
    if (*reply) co_return std::move(*reply);
    std::array<char, 1024> buffer;
    const std::span<char> into(buffer);
    const auto count = co_await connection_->read_some(into, patience());
    if (!count) co_return std::nullopt;
    replies_.feed({buffer.data(), *count});
  }
}

Task<std::optional<Reply>> SimTalk::say(std::string octets) {
  const auto written = co_await connection_->write(octets, patience());
  if (!written) co_return std::nullopt;
  co_return co_await hear();
}

Task<void> SimTalk::write(std::string octets) {
  const auto written = co_await connection_->write(octets, patience());
  (void)written;
}

Task<bool> SimTalk::open(runtime::Endpoint relay, runtime::IpAddress from, std::string helo) {
  auto connected = co_await net_.connect(relay, process_, from, patience());
  if (!connected) co_return false;
  connection_ = std::move(*connected);
  const auto greeting = co_await hear();
  if (!greeting || greeting->code != 220) co_return false;
  const std::string ehlo = "EHLO " + helo + "\r\n";
  const auto reply = co_await say(ehlo);
  co_return reply.has_value() && reply->code == 250;
}

void SimTalk::close() {
  if (connection_ != nullptr) connection_->close();
}

}  // namespace waybill::tests
