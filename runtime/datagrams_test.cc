#include "runtime/datagrams.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "runtime/clock.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;

Instant datagram_deadline() { return std::chrono::steady_clock::now() + 20s; }

// A socket of loopback; -1 once it was closed.
struct UdpPort {
  UdpPort() : socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&at), length), 0);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &length);
    port = ntohs(at.sin_port);
  }
  ~UdpPort() { close(); }
  void close() {
    if (socket >= 0) ::close(socket);
    socket = -1;
  }
  std::string receive() const {
    std::array<char, 70'000> octets;
    const ssize_t count = ::recv(socket, octets.data(), octets.size(), 0);
    return {octets.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  int socket;
  std::uint16_t port = 0;
};

TEST(DatagramsTest, EachCallIsADatagram) {
  const UdpPort port;
  Datagrams datagrams("127.0.0.1", port.port);
  ASSERT_TRUE(datagrams.open(datagram_deadline()));
  const std::string longest(65'507, 'x');
  for (const std::string& octets : {std::string("one\n"), std::string("two"), longest}) {
    ASSERT_TRUE(datagrams.send(octets, datagram_deadline()));
    EXPECT_EQ(port.receive(), octets);
  }
  EXPECT_TRUE(datagrams.heard());
}

TEST(DatagramsTest, MoreThanADatagramHoldsIsSaidAndCostsNothing) {
  const UdpPort port;
  Datagrams datagrams("127.0.0.1", port.port);
  ASSERT_TRUE(datagrams.open(datagram_deadline()));
  EXPECT_EQ(datagrams.send(std::string(65'508, 'x'), datagram_deadline()).error(),
            Errc::limit_exceeded);
  ASSERT_TRUE(datagrams.send("next", datagram_deadline()));
  EXPECT_EQ(port.receive(), "next");
}

TEST(DatagramsTest, ARefusalIsHeardAfterTheDatagramThatMetIt) {
  UdpPort port;
  port.close();
  Datagrams datagrams("127.0.0.1", port.port);
  ASSERT_TRUE(datagrams.open(datagram_deadline()));
  ASSERT_TRUE(datagrams.send("into nowhere", datagram_deadline()));
  const auto heard = datagrams.heard();
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error(), Errc::unreachable);
  EXPECT_NE(heard.error().why.find("127.0.0.1:" + std::to_string(port.port)), std::string::npos);
  EXPECT_TRUE(datagrams.heard()) << "once";
}

TEST(DatagramsTest, AnUnknownHostIsUnreachableAndACancelledOneSendsNothing) {
  EXPECT_EQ(Datagrams("nobody.invalid", 514).open(datagram_deadline()).error(), Errc::unreachable);
  const UdpPort port;
  Datagrams datagrams("127.0.0.1", port.port);
  ASSERT_TRUE(datagrams.open(datagram_deadline()));
  datagrams.cancel();
  EXPECT_EQ(datagrams.send("x", datagram_deadline()).error(), Errc::closed);
  EXPECT_EQ(datagrams.open(datagram_deadline()).error(), Errc::closed);
}

}  // namespace
}  // namespace waybill::runtime
