#include "runtime/wire.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <thread>

#include "runtime/clock.h"
#include "tests/support/socket_receiver.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;
using tests::Habit;
using tests::ReceiverSettings;
using tests::SocketReceiver;

Instant wire_time() { return std::chrono::steady_clock::now(); }
Instant soon_enough() { return wire_time() + 20s; }

// A peer in clear that does what it is told with its only connection.
class OnePeer {
 public:
  explicit OnePeer(std::function<void(int socket)> what)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), length), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &length);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, what = std::move(what)] {
      const int socket = ::accept(listener_, nullptr, nullptr);
      what(socket);
      ::close(socket);
    });
  }
  ~OnePeer() {
    thread_.join();
    ::close(listener_);
  }
  WireTo way() const { return {.host = "127.0.0.1", .port = port_}; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// Until the other end's FIN; how many octets came.
std::size_t read_to_end(int socket) {
  std::array<char, 64 << 10> octets;
  std::size_t all = 0;
  for (ssize_t count = 1; count > 0;) {
    count = ::recv(socket, octets.data(), octets.size(), 0);
    if (count > 0) all += static_cast<std::size_t>(count);
  }
  return all;
}

TEST(WireTest, FinishMeansThatThePeerHasReadAll) {
  std::size_t read = 0;
  const std::string much(8 << 20, 'x');
  {
    const OnePeer peer([&](int socket) {
      std::this_thread::sleep_for(100ms);
      read = read_to_end(socket);
    });
    Wire wire(peer.way());
    ASSERT_TRUE(wire.open(soon_enough()));
    EXPECT_TRUE(wire.usable());
    ASSERT_TRUE(wire.write(much, soon_enough()));
    const auto finished = wire.finish(soon_enough());
    ASSERT_TRUE(finished) << finished.error().why;
    EXPECT_FALSE(wire.usable());
  }
  EXPECT_EQ(read, much.size());
}

TEST(WireTest, AFinishThatIsNotAnsweredYetGoesOnLater) {
  const OnePeer peer([&](int socket) {
    std::this_thread::sleep_for(300ms);
    read_to_end(socket);
  });
  Wire wire(peer.way());
  ASSERT_TRUE(wire.open(soon_enough()));
  ASSERT_TRUE(wire.write("one", soon_enough()));
  EXPECT_EQ(wire.finish(wire_time() + 50ms).error(), Errc::timeout);
  EXPECT_FALSE(wire.usable()) << "nothing can be written behind an end";
  EXPECT_TRUE(wire.finish(soon_enough()));
}

// The octets are in the peer's system, and its process never read them.
TEST(WireTest, AnEndBeforeAllWasReadIsAFailure) {
  const OnePeer peer([](int socket) {
    char one = 0;
    ::recv(socket, &one, 1, 0);
    std::this_thread::sleep_for(100ms);
  });
  Wire wire(peer.way());
  ASSERT_TRUE(wire.open(soon_enough()));
  ASSERT_TRUE(wire.write("two octets", soon_enough()));
  const auto finished = wire.finish(soon_enough());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error(), Errc::closed);
  EXPECT_NE(finished.error().why.find("127.0.0.1:"), std::string::npos);
}

TEST(WireTest, AnEndOfThePeersOwnIsNoAnswerToOurs) {
  const OnePeer peer([](int socket) { ::shutdown(socket, SHUT_WR), read_to_end(socket); });
  Wire wire(peer.way());
  ASSERT_TRUE(wire.open(soon_enough()));
  while (wire.usable()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(wire.finish(soon_enough()).error(), Errc::closed);
  EXPECT_EQ(wire.write("x", soon_enough()).error(), Errc::closed);
  EXPECT_EQ(wire.await_octets(soon_enough()).error(), Errc::closed);
}

TEST(WireTest, WhatThePeerSaidBeforeItsEndIsGiven) {
  const OnePeer peer([](int socket) { ::send(socket, "hello", 5, MSG_NOSIGNAL); });
  Wire wire(peer.way());
  ASSERT_TRUE(wire.open(soon_enough()));
  std::string said;
  while (wire.await_octets(soon_enough())) said += wire.take();
  EXPECT_EQ(said, "hello");
}

TEST(WireTest, APeerThatNeverStopsIsStopped) {
  const OnePeer peer([](int socket) {
    const std::string flood(1 << 20, 'x');
    while (::send(socket, flood.data(), flood.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  Wire wire(peer.way());
  ASSERT_TRUE(wire.open(soon_enough()));
  while (wire.usable()) std::this_thread::sleep_for(1ms);
  EXPECT_LE(wire.take().size(), Wire::kMostUntaken);
  EXPECT_EQ(wire.await_octets(soon_enough()).error(), Errc::closed);
  wire.drop();
}

TEST(WireTest, AWriteToAPeerThatDoesNotReadEndsAtItsDeadlineOrWhenCancelled) {
  for (const bool cancelled : {false, true}) {
    SocketReceiver receiver({});
    receiver.behave(Habit::mute, 1);
    Wire wire({.host = "127.0.0.1", .port = receiver.port()});
    ASSERT_TRUE(wire.open(soon_enough()));
    std::thread other([&] {
      std::this_thread::sleep_for(50ms);
      if (cancelled) wire.cancel();
    });
    const Instant begin = wire_time();
    const auto written = wire.write(std::string(64 << 20, 'x'), begin + (cancelled ? 20s : 50ms));
    other.join();
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, cancelled ? Errc::closed : Errc::timeout);
    EXPECT_GE(wire_time(), begin + 50ms);
    EXPECT_LT(wire_time(), begin + 5s);
    if (cancelled) {
      EXPECT_EQ(wire.open(soon_enough()).error(), Errc::closed) << "and so it stays";
    }
  }
}

TEST(WireTest, NobodyThereIsUnreachable) {
  SocketReceiver receiver({});
  const std::uint16_t port = receiver.port();
  receiver.behave(Habit::refuses);
  Wire wire({.host = "127.0.0.1", .port = port});
  EXPECT_EQ(wire.open(soon_enough()).error(), Errc::unreachable);
  EXPECT_FALSE(wire.usable());
  EXPECT_EQ(wire.write("x", soon_enough()).error(), Errc::closed);
  EXPECT_EQ(wire.finish(soon_enough()).error(), Errc::closed);
  Wire nowhere({.host = "nobody.invalid", .port = port});
  const auto opened = nowhere.open(soon_enough());
  EXPECT_EQ(opened.error(), Errc::unreachable);
  EXPECT_NE(opened.error().why.find("nobody.invalid"), std::string::npos);
}

class WireTlsTest : public testing::Test {
 protected:
  void listen(bool asks_for_certificate) {
    ReceiverSettings settings;
    const auto shown = ours_.issue("DNS:siem.test");
    settings.chain_file = shown.chain_file;
    settings.key_file = shown.key_file;
    if (asks_for_certificate) settings.client_ca_file = ours_.ca_file();
    receiver_.emplace(settings);
  }
  WireTo way(const TlsContext& context, const std::string& name = "siem.test") const {
    return {.host = "127.0.0.1", .port = receiver_->port(), .tls = context, .tls_name = name};
  }
  TlsContext showing(tests::TestAuthority& issuer) {
    const auto shown = issuer.issue("DNS:relay.test");
    return TlsContext::client(ours_.ca_file(), {shown.chain_file, shown.key_file}).value();
  }

  tests::TestAuthority ours_{"ours"};
  tests::TestAuthority theirs_{"theirs"};
  std::optional<SocketReceiver> receiver_;
};

TEST_F(WireTlsTest, ACertificateThatIsAskedForIsShown) {
  listen(true);
  Wire wire(way(showing(ours_)));
  ASSERT_TRUE(wire.open(soon_enough()));
  ASSERT_TRUE(wire.write("5 hello", soon_enough()));
  const auto finished = wire.finish(soon_enough());
  ASSERT_TRUE(finished) << finished.error().why;
  EXPECT_EQ(receiver_->received(), std::vector<std::string>{"hello"});
}

// Under TLS 1.3 the handshake is over for us before the server looks at what we showed.
TEST_F(WireTlsTest, ACertificateThatIsRefusedShowsBeforeAnEndIsTakenForAnAnswer) {
  listen(true);
  const TlsContext none = TlsContext::client(ours_.ca_file()).value();
  for (const TlsContext& context : {none, showing(theirs_)}) {
    Wire wire(way(context));
    ASSERT_TRUE(wire.open(soon_enough()));
    auto told = wire.write("5 hello", soon_enough());
    if (told) told = wire.finish(soon_enough());
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error(), Errc::refused) << told.error().why;
    EXPECT_NE(told.error().why.find("refused our TLS"), std::string::npos) << told.error().why;
  }
  EXPECT_EQ(receiver_->count(), 0u);
}

TEST_F(WireTlsTest, AServerThatIsNotTrustedIsRefused) {
  listen(false);
  const TlsContext stranger = TlsContext::client(theirs_.ca_file()).value();
  EXPECT_EQ(Wire(way(stranger)).open(soon_enough()).error(), Errc::refused);
  const TlsContext known = TlsContext::client(ours_.ca_file()).value();
  EXPECT_EQ(Wire(way(known, "other.test")).open(soon_enough()).error(), Errc::refused);
  EXPECT_EQ(receiver_->count(), 0u);
}

TEST_F(WireTlsTest, AServerThatSpeaksNoTlsIsClosedAndASilentOneTimesOut) {
  const TlsContext known = TlsContext::client(ours_.ca_file()).value();
  {
    const OnePeer peer([](int socket) { ::send(socket, "hello\r\n", 7, MSG_NOSIGNAL); });
    WireTo to = peer.way();
    to.tls = known;
    EXPECT_EQ(Wire(to).open(soon_enough()).error(), Errc::closed);
  }
  listen(false);
  receiver_->behave(Habit::mute, 1);
  const Instant begin = wire_time();
  EXPECT_EQ(Wire(way(known)).open(begin + 100ms).error(), Errc::timeout);
  EXPECT_LT(wire_time(), begin + 5s);
}

TEST_F(WireTlsTest, AnEndIsOneByCloseNotifyAndByFinAlone) {
  for (const bool by_close_notify : {true, false}) {
    ReceiverSettings settings;
    const auto shown = ours_.issue("DNS:siem.test");
    settings.chain_file = shown.chain_file;
    settings.key_file = shown.key_file;
    settings.answers_close_notify = by_close_notify;
    receiver_.emplace(settings);
    Wire wire(way(TlsContext::client(ours_.ca_file()).value()));
    ASSERT_TRUE(wire.open(soon_enough()));
    ASSERT_TRUE(wire.write("5 hello", soon_enough()));
    EXPECT_TRUE(wire.finish(soon_enough())) << by_close_notify;
    EXPECT_EQ(receiver_->received().size(), 1u);
  }
}

}  // namespace
}  // namespace waybill::runtime
