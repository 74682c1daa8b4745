// The server on the network in memory and on virtual time: its deadlines to the moment, without a
// wait.

#include <gtest/gtest.h>

#include "tests/support/virtual_http.h"

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using tests::VirtualHttp;

TEST(VirtualServerTest, AnswersClientsThatSayOneOctetAtATime) {
  VirtualHttp house;
  house.start();
  auto client = house.connect();
  for (int i = 0; i < 2; ++i) {
    for (const char octet : std::string("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      client.say(std::string(1, octet));
    }
    const std::string answer = client.hear_up_to("ok\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  }
}

TEST(VirtualServerTest, ClosesAnIdleConnectionWhenItsTimeIsUp) {
  VirtualHttp house;
  house.settings.session.unused = 10s;
  house.settings.session.idle = 75s;
  house.start();
  auto silent = house.connect();
  auto client = house.connect();
  const auto begun = house.clock().now();
  client.ask("GET /livez");
  client.hear_up_to("ok\n");
  EXPECT_EQ(silent.hear_all(), "");
  EXPECT_GE(house.clock().now() - begun, 10s);
  EXPECT_LT(house.clock().now() - begun, 11s);
  EXPECT_TRUE(client.hears_nothing());
  EXPECT_EQ(client.hear_all(), "");
  EXPECT_GE(house.clock().now() - begun, 75s);
  EXPECT_LT(house.clock().now() - begun, 76s);
}

// RFC 9112 9.6: what a client has sent by then must not reset the connection under the answers.
TEST(VirtualServerTest, LingersWhereItEndsAConnectionThatTheClientWouldHaveKept) {
  VirtualHttp house;
  house.settings.session.max_requests = 2;
  house.settings.session.linger = 3s;
  house.start();
  auto client = house.connect();
  const auto begun = house.clock().now();
  for (int i = 0; i < 4; ++i) client.ask("GET /livez");
  client.hear_up_to("Connection: close\r\n\r\nok\n");
  house.pass(2s);
  client.ask("GET /livez");
  client.hear_all();
  EXPECT_GE(house.clock().now() - begun, 3s);
  EXPECT_LT(house.clock().now() - begun, 4s);
}

TEST(VirtualServerTest, CutsAHeadThatDrips) {
  VirtualHttp house;
  house.settings.session.head = 10s;
  house.start();
  auto client = house.connect();
  const auto begun = house.clock().now();
  for (int second = 0; second < 9; ++second) {
    client.say("X");
    house.pass(1s);
  }
  const std::string answer = client.hear_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n")) << answer;
  EXPECT_LT(house.clock().now() - begun, 12s);
}

TEST(VirtualServerTest, TurnsAwayWhoeverComesWhenItIsFull) {
  VirtualHttp house;
  house.settings.max_connections = 1;
  house.start();
  auto first = house.connect();
  first.ask("GET /livez");
  first.hear_up_to("ok\n");
  first.say("GET /livez");
  auto second = house.connect();
  house.pass(1s);
  EXPECT_TRUE(second.hear_all().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  first.close();
  house.pass(1s);
  auto third = house.connect();
  third.ask("GET /livez");
  third.hear_up_to("ok\n");
}

TEST(VirtualServerTest, EndsOpenConnectionsWhenItStops) {
  VirtualHttp house;
  house.start();
  auto idle = house.connect();
  auto half = house.connect();
  half.say("GET /livez");
  house.pass(1s);
  const auto begun = house.clock().now();
  house.stop();
  EXPECT_LT(house.clock().now() - begun, 1s);
  EXPECT_EQ(idle.hear_all(), "");
  EXPECT_EQ(half.hear_all(), "");
}

}  // namespace
}  // namespace waybill::http
