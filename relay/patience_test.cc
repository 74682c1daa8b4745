#include "relay/patience.h"

#include <gtest/gtest.h>

#include "relay/door/client_network.h"

namespace waybill::relay {
namespace {

using namespace std::chrono_literals;
using runtime::Instant;

runtime::IpAddress waiting_client(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ClientNetworkTest, OneCustomersAddressesAreOneClient) {
  EXPECT_EQ(client_network(waiting_client("2001:db8:0:1::1")),
            client_network(waiting_client("2001:db8:0:1:f::2")));
  EXPECT_NE(client_network(waiting_client("2001:db8:0:1::1")),
            client_network(waiting_client("2001:db8:0:2::1")));
  EXPECT_NE(client_network(waiting_client("192.0.2.1")),
            client_network(waiting_client("192.0.2.2")));
  EXPECT_EQ(client_network(waiting_client("::ffff:192.0.2.1")), waiting_client("192.0.2.1"));
}

TEST(PatienceTest, AClientThatHasHadItsShareIsTurnedAwayUntilHalfOfItIsFreeAgain) {
  Patience patience(100);
  const auto one = waiting_client("192.0.2.1");
  const Instant begun{};
  patience.refused(one, 99, begun);
  EXPECT_FALSE(patience.turns_away(one, begun));
  patience.refused(one, 1, begun);
  EXPECT_TRUE(patience.used_up(one, begun));
  EXPECT_TRUE(patience.turns_away(one, begun));
  EXPECT_FALSE(patience.turns_away(waiting_client("192.0.2.2"), begun)) << "nobody else";
  EXPECT_TRUE(patience.turns_away(one, begun + 29min));
  EXPECT_FALSE(patience.turns_away(one, begun + 30min));
}

TEST(PatienceTest, WhatHappensSeldomIsNeverTooMuch) {
  Patience patience(100);
  const auto one = waiting_client("192.0.2.1");
  for (int hour = 0; hour < 100; ++hour) {
    const Instant now = Instant{} + std::chrono::hours(hour);
    patience.refused(one, 90, now);
    EXPECT_FALSE(patience.used_up(one, now)) << hour;
  }
}

TEST(PatienceTest, ASenderOfMoreGoodMailThanBadIsNeverTurnedAway) {
  Patience patience(100);
  const auto one = waiting_client("192.0.2.1");
  const Instant begun{};
  for (int message = 0; message < 10'000; ++message) {
    patience.taken(one, 1, begun);
    if (message % 2 == 0) patience.refused(one, 1, begun);
    ASSERT_FALSE(patience.used_up(one, begun)) << message;
  }
}

TEST(PatienceTest, OneGoodMessageDoesNotPayForManyGuesses) {
  Patience patience(100);
  const auto one = waiting_client("192.0.2.1");
  patience.taken(one, 1, {});
  patience.refused(one, 50, {});
  patience.taken(one, 1, {});
  patience.refused(one, 51, {});
  EXPECT_TRUE(patience.used_up(one, {}));
}

TEST(PatienceTest, AddressesOfOneNetworkShareOnePatience) {
  Patience patience(2);
  patience.refused(waiting_client("2001:db8::1"), 1, {});
  patience.refused(waiting_client("2001:db8::2"), 1, {});
  EXPECT_TRUE(patience.used_up(waiting_client("2001:db8::3"), {}));
}

TEST(PatienceTest, AFloodIsOneSumThatSaysHowMany) {
  Patience patience(1);
  const auto one = waiting_client("192.0.2.1");
  const Instant begun{};
  patience.refused(one, 1, begun);
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(patience.turns_away(one, begun));
  EXPECT_TRUE(patience.take_sums(Patience::Which::due, begun + 9s).empty());
  const auto sums = patience.take_sums(Patience::Which::due, begun + 10s);
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_EQ(sums[0].client, one);
  EXPECT_EQ(sums[0].sessions, 100'000u);
  EXPECT_TRUE(patience.take_sums(Patience::Which::all, begun + 10s).empty()) << "once";
}

TEST(PatienceTest, AFloodThatDoesNotEndIsSummedEveryMinute) {
  Patience patience(1);
  const auto one = waiting_client("192.0.2.1");
  Instant now{};
  patience.refused(one, 1, now);
  std::size_t sums = 0;
  for (; now < Instant{} + 5min; now += 1s) {
    EXPECT_TRUE(patience.turns_away(one, now));
    sums += patience.take_sums(Patience::Which::due, now).size();
  }
  EXPECT_EQ(sums, 4u);
}

}  // namespace
}  // namespace waybill::relay
