#include "relay/proxy_door.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/scope.h"
#include "tests/support/run_virtual.h"
#include "tests/support/sim_net.h"

namespace waybill::relay {
namespace {

using namespace std::chrono_literals;
using runtime::Endpoint;
using runtime::Instant;
using runtime::ip_of;
using runtime::Task;
using Begins = Session::Begins;

// 198.51.100.7:4711 by way of a proxy.
const std::string kHeader(
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x07\x7f\0\0\x01\x12\x67\0\x19", 28);
const std::string kLocal("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16);

class ProxyDoorTest : public testing::Test {
 protected:
  ProxyDoorTest() {
    net_.listen(at_, std::make_shared<tests::Process>(),
                [this](auto connection) { door_.adopt(std::move(connection), Begins::in_clear); });
  }

  Task<void> come(std::string from) {
    const auto dialer = net_.dialer(std::make_shared<tests::Process>(), *ip_of(from));
    auto connection = co_await dialer->dial(at_, clock_.now() + 1s);
    EXPECT_TRUE(connection);
    if (connection) client_ = std::move(*connection);
  }

  Task<void> say(std::string octets) {
    const auto sent = co_await client_->write(octets, clock_.now() + 1s);
    EXPECT_TRUE(sent);
  }

  // A client there that says this and waits a while.
  void client(const std::string& from, const std::string& says = "") {
    run(come(from));
    if (!says.empty()) run(say(says));
    run(clock_.sleep_until(clock_.now() + 100ms));
  }

  void run(Task<void> task) { tests::run_virtual(io_, clock_, std::move(task)); }

  Task<void> read(runtime::Connection& connection, std::string& into) {
    std::array<char, 64> room;
    const auto count = co_await connection.read_some(room, clock_.now() + 1s);
    into = count ? std::string(room.data(), *count) : count.error().message();
  }

  // What the session that was handed on last reads.
  std::string next_octets() {
    std::string out;
    run(read(*taken_.back(), out));
    return out;
  }

  // The remote ends of what was handed on.
  std::string handed_on() const {
    std::string out;
    for (const auto& one : taken_) {
      out += (out.empty() ? "" : " ") + one->remote().address.to_string();
    }
    return out;
  }

  std::string refused() const {
    const std::string text = metrics_.render();
    const std::string name = "\nrefused_total ";
    const std::size_t at = text.find(name);
    return at == text.npos ? "?" : text.substr(at + name.size(), 1);
  }

  void end() {
    door_.stop();
    run(scope_.join());
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::SeededChance chance_{1};
  tests::SimNet net_{io_.get_executor(), clock_, chance_};
  const Endpoint at_{*ip_of("127.0.0.1"), 25};
  const std::vector<runtime::Network> proxies_{*runtime::network_of("192.0.2.1"),
                                               *runtime::network_of("2001:db8::/32")};
  runtime::Metrics metrics_;
  runtime::Counter& refused_ = metrics_.counter("refused_total", "");
  runtime::Scope scope_{io_.get_executor()};
  std::vector<std::unique_ptr<runtime::Connection>> taken_;
  ProxyDoor door_{proxies_, clock_, refused_, scope_,
                  [this](auto connection, Begins) { taken_.push_back(std::move(connection)); }};
  std::unique_ptr<runtime::Connection> client_;
};

TEST_F(ProxyDoorTest, WhoComesFromElsewhereIsHandedOnUnread) {
  client("192.0.2.2", kHeader);
  EXPECT_EQ(handed_on(), "192.0.2.2");
  EXPECT_EQ(next_octets(), kHeader) << "to SMTP it is a bad command";
  EXPECT_EQ(refused(), "0");
  end();
}

TEST_F(ProxyDoorTest, AProxysConnectionIsThatOfTheClientItNames) {
  client("192.0.2.1", kHeader + "EHLO x\r\n");
  client("2001:db8::25", kHeader + "EHLO y\r\n");
  EXPECT_EQ(handed_on(), "198.51.100.7 198.51.100.7");
  EXPECT_EQ(taken_.back()->remote().port, 4711);
  EXPECT_EQ(taken_.back()->local(), at_);
  EXPECT_EQ(next_octets(), "EHLO y\r\n") << "no octet behind the header is lost";
  end();
}

TEST_F(ProxyDoorTest, AProxysOwnConnectionIsItsOwn) {
  client("192.0.2.1", kLocal);
  EXPECT_EQ(handed_on(), "192.0.2.1");
  end();
}

TEST_F(ProxyDoorTest, AHeaderMayComeAnOctetAtATime) {
  client("192.0.2.1");
  for (const char octet : kHeader) {
    EXPECT_EQ(handed_on(), "");
    run(say(std::string(1, octet)));
    run(clock_.sleep_until(clock_.now() + 10ms));
  }
  EXPECT_EQ(handed_on(), "198.51.100.7");
  run(say("E"));
  EXPECT_EQ(next_octets(), "E");
  end();
}

TEST_F(ProxyDoorTest, WithoutAGoodHeaderItIsClosedAndCounted) {
  for (const std::string& octets :
       {std::string("EHLO x\r\n"), kHeader.substr(0, 12) + std::string("\x21\x11\xff\xff", 4)}) {
    client("192.0.2.1", octets);
    EXPECT_EQ(door_.waiting(), 0u);
  }
  EXPECT_EQ(handed_on(), "");
  EXPECT_EQ(refused(), "2");
  end();
}

TEST_F(ProxyDoorTest, AHeaderThatDoesNotComeInTimeIsWaitedForNoLonger) {
  client("192.0.2.1", kHeader.substr(0, 20));
  const Instant came = clock_.now();
  EXPECT_EQ(door_.waiting(), 1u);
  run(clock_.sleep_until(came + kProxyHeaderTimeout));
  EXPECT_EQ(door_.waiting(), 0u);
  EXPECT_EQ(refused(), "1");
  end();
}

TEST_F(ProxyDoorTest, WhoIsOneTooManyToWaitForIsClosed) {
  std::vector<std::unique_ptr<runtime::Connection>> clients;
  for (std::uint32_t i = 0; i <= kMaxWithoutHeader; ++i) {
    run(come("192.0.2.1"));
    clients.push_back(std::move(client_));
  }
  run(clock_.sleep_until(clock_.now() + 100ms));
  EXPECT_EQ(door_.waiting(), kMaxWithoutHeader);
  EXPECT_EQ(refused(), "1");
  client("192.0.2.2");
  EXPECT_EQ(handed_on(), "192.0.2.2") << "nobody else is kept out";
  end();
}

TEST_F(ProxyDoorTest, TheEndWaitsForNoHeader) {
  client("192.0.2.1");
  const Instant stopped = clock_.now();
  end();
  EXPECT_LT(clock_.now() - stopped, 1s);
  EXPECT_EQ(refused(), "0") << "nothing was wrong with it";
  EXPECT_EQ(handed_on(), "");
}

}  // namespace
}  // namespace waybill::relay
