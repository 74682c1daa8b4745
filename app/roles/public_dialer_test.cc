#include "app/roles/public_dialer.h"

#include <gtest/gtest.h>

#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

class Recording final : public runtime::Dialer {
 public:
  Task<Result<std::unique_ptr<runtime::Connection>>> dial(
      runtime::Endpoint to, Instant deadline, std::optional<runtime::IpAddress>) override {
    dialled.push_back(to_string(to));
    until = deadline;
    co_return make_error_code(Errc::timeout);
  }
  std::vector<std::string> dialled;
  Instant until;
};

runtime::Endpoint endpoint(const char* ip, std::uint16_t port = 25) {
  runtime::Endpoint out;
  out.address = boost::asio::ip::make_address(ip);
  out.port = port;
  return out;
}

class PublicDialerTest : public testing::Test {
 protected:
  Errc dial(PublicDialer& dialer, const char* ip) {
    const auto dialled =
        tests::run_task(io_, dialer.dial(endpoint(ip), clock_.now() + 1h, std::nullopt));
    return runtime::errc_of(dialled.error());
  }

  boost::asio::io_context io_;
  runtime::AsioClock clock_;
};

TEST_F(PublicDialerTest, DialsWhatIsPublicAndWhatTheOperatorNames) {
  Recording below;
  PublicDialer dialer(below, clock_, {*runtime::network_of("10.1.0.0/16")});
  for (const char* const ip : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.2.0.1", "fe80::1"}) {
    EXPECT_EQ(dial(dialer, ip), Errc::refused) << ip;
  }
  EXPECT_EQ(below.dialled.size(), 0U);
  for (const char* const ip : {"8.8.8.8", "10.1.2.3", "::ffff:10.1.2.3"}) {
    EXPECT_EQ(dial(dialer, ip), Errc::timeout) << ip;
  }
  EXPECT_EQ(below.dialled.size(), 3U);
  EXPECT_LE(below.until, clock_.now() + kPublicDialTimeout);
  dialer.end();
  EXPECT_EQ(dial(dialer, "8.8.8.8"), Errc::refused);
  EXPECT_EQ(below.dialled.size(), 3U);
}

Task<void> read(runtime::Connection& connection, Instant deadline, std::optional<Errc>& ended) {
  std::array<char, 16> buffer;
  const std::span<char> into(buffer);
  const auto count = co_await connection.read_some(into, deadline);
  ended = runtime::errc_of(count.error());
}

TEST_F(PublicDialerTest, WhatWaitsEndsWithIt) {
  auto listener = runtime::listen_tcp(io_, endpoint("127.0.0.1", 0));
  ASSERT_TRUE(listener.has_value());
  const auto tcp = runtime::tcp_dialer();
  PublicDialer dialer(*tcp, clock_, {*runtime::network_of("127.0.0.0/8")});
  auto dialled =
      tests::run_task(io_, dialer.dial((*listener)->local(), clock_.now() + 5s, std::nullopt));
  ASSERT_TRUE(dialled.has_value());
  std::optional<Errc> ended;
  runtime::Scope scope(io_.get_executor());
  scope.spawn("read", read(**dialled, clock_.now() + 1h, ended));
  io_.poll();
  EXPECT_FALSE(ended);
  dialer.end();
  tests::run_task(io_, scope.join());
  EXPECT_EQ(ended, Errc::closed);
  dialled->reset();
  dialer.end();
}

}  // namespace
}  // namespace waybill::app
