#include "stream/transport/syslog_datagrams.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "runtime/asio_clock.h"

namespace waybill::stream {
namespace {

using namespace std::chrono_literals;

class SyslogDatagramsTest : public testing::Test {
 protected:
  SyslogDatagramsTest() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) { bind(0); }
  ~SyslogDatagramsTest() override { leave(); }

  void bind(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    socklen_t length = sizeof at;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&at), length), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &length);
    port_ = ntohs(at.sin_port);
  }
  void leave() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  std::string receive() const {
    std::array<char, 70'000> octets;
    const ssize_t count = ::recv(socket_, octets.data(), octets.size(), MSG_DONTWAIT);
    return {octets.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  runtime::Instant soon() const { return clock_.now() + 20s; }
  static Record record(std::string body) {
    Record out;
    out.id = "1";
    out.kind = "accepted";
    out.body = std::move(body);
    return out;
  }

  runtime::AsioClock clock_;
  int socket_;
  std::uint16_t port_ = 0;
};

TEST_F(SyslogDatagramsTest, ARecordIsADatagram) {
  SyslogDatagrams transport("127.0.0.1", port_, {});
  EXPECT_EQ(transport.grade(), Grade::sent);
  const std::vector<Record> batch = {record("one\ntwo"), record("three")};
  const Outcome out = transport.send(batch, soon());
  EXPECT_EQ(out.trouble, Trouble::none);
  EXPECT_EQ(out.records.at(1).fate, Fate::confirmed);
  EXPECT_TRUE(receive().ends_with(" - one\ntwo"));
  EXPECT_TRUE(receive().ends_with(" - three"));
  EXPECT_TRUE(transport.confirm(soon()).value());
}

TEST_F(SyslogDatagramsTest, ARecordThatNoDatagramHoldsIsRefusedAndTheOthersGo) {
  SyslogDatagrams transport("127.0.0.1", port_, {});
  std::string header;
  SyslogMessages({}).append(record(""), header);
  const std::string longest(kMostOfDatagram - header.size(), 'x');
  const std::vector<Record> batch = {record("one"), record(longest + "x"), record(longest)};
  const Outcome out = transport.send(batch, soon());
  EXPECT_EQ(out.trouble, Trouble::none) << out.why.why;
  EXPECT_EQ(out.records.at(0).fate, Fate::confirmed);
  EXPECT_EQ(out.records.at(1).fate, Fate::refused);
  EXPECT_NE(out.records.at(1).why.find("65508 octets"), std::string::npos);
  EXPECT_EQ(out.records.at(2).fate, Fate::confirmed);
  EXPECT_TRUE(receive().ends_with("one"));
  EXPECT_TRUE(receive().ends_with(longest));
}

TEST_F(SyslogDatagramsTest, ARefusalIsHeardAndTheBatchGoesAgain) {
  SyslogDatagrams transport("127.0.0.1", port_, {});
  const std::vector<Record> batch = {record("one"), record("two")};
  leave();
  for (int i = 0; i < 2; ++i) {
    const Outcome out = transport.send(batch, soon());
    EXPECT_EQ(out.trouble, Trouble::weather);
    EXPECT_EQ(out.records.at(0).fate, Fate::again);
    EXPECT_EQ(out.records.at(1).fate, Fate::again);
    EXPECT_NE(out.why.why.find("nobody listens"), std::string::npos) << out.why.why;
  }
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bind(port_);
  EXPECT_EQ(transport.send(batch, soon()).trouble, Trouble::none);
  EXPECT_TRUE(receive().ends_with("one"));
}

TEST_F(SyslogDatagramsTest, WhoIsCancelledSendsNothing) {
  SyslogDatagrams transport("127.0.0.1", port_, {});
  transport.cancel();
  const Outcome out = transport.send(std::vector{record("one")}, soon());
  EXPECT_EQ(out.trouble, Trouble::weather);
  EXPECT_EQ(receive(), "");
}

}  // namespace
}  // namespace waybill::stream
