#include "relay/door/rates.h"

#include <gtest/gtest.h>

namespace waybill::relay::door {
namespace {

using namespace std::chrono_literals;
using runtime::Instant;

runtime::IpAddress ip(const std::string& text) { return boost::asio::ip::make_address(text); }

TEST(RatesTest, WhatIsNotLimitedIsNeverTooMuch) {
  Rates rates(DoorSettings{});
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(rates.take(ip("192.0.2.1"), "a.test", Instant{}));
  }
}

TEST(RatesTest, AClientHasItsShareOfAnHourAndGetsItBackEvenly) {
  DoorSettings settings;
  settings.recipients_per_client = 60;
  Rates rates(settings);
  const Instant begun{};
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(rates.take(ip("192.0.2.1"), "a.test", begun)) << i;
  EXPECT_EQ(rates.take(ip("192.0.2.1"), "b.test", begun + 59s), Exceeded::client);
  EXPECT_FALSE(rates.take(ip("192.0.2.2"), "a.test", begun)) << "another client";
  EXPECT_FALSE(rates.take(ip("192.0.2.1"), "a.test", begun + 61s));
  EXPECT_EQ(rates.take(ip("192.0.2.1"), "a.test", begun + 62s), Exceeded::client);
}

TEST(RatesTest, OfIpv6ASubnetIsOneClientAndASiteOneNetwork) {
  DoorSettings settings;
  settings.recipients_per_client = 1;
  settings.recipients_per_network = 2;
  Rates rates(settings);
  EXPECT_FALSE(rates.take(ip("2001:db8:1:1::1"), "", Instant{}));
  EXPECT_EQ(rates.take(ip("2001:db8:1:1:ffff::1"), "", Instant{}), Exceeded::client);
  EXPECT_FALSE(rates.take(ip("2001:db8:1:2::1"), "", Instant{}));
  EXPECT_EQ(rates.take(ip("2001:db8:1:3::1"), "", Instant{}), Exceeded::network);
  EXPECT_FALSE(rates.take(ip("2001:db8:2::1"), "", Instant{}));
}

TEST(RatesTest, WhatIsRefusedForOneLimitDoesNotCountForAnother) {
  DoorSettings settings;
  settings.recipients_per_client = 1;
  settings.recipients_per_sender_domain = 2;
  Rates rates(settings);
  EXPECT_FALSE(rates.take(ip("192.0.2.1"), "a.test", Instant{}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(rates.take(ip("192.0.2.1"), "a.test", Instant{}), Exceeded::client);
  }
  EXPECT_FALSE(rates.take(ip("192.0.2.2"), "a.test", Instant{}));
  EXPECT_EQ(rates.take(ip("192.0.2.3"), "a.test", Instant{}), Exceeded::sender_domain);
  EXPECT_FALSE(rates.take(ip("192.0.2.3"), "", Instant{})) << "the null sender has no domain";
}

// A crowd of clients with one recipient each must not make room for one that is at its end.
TEST(RatesTest, ACrowdDoesNotHideOneThatIsAtItsEnd) {
  DoorSettings settings;
  settings.recipients_per_client = 3;
  Rates rates(settings);
  for (int i = 0; i < 3; ++i) rates.take(ip("203.0.113.1"), "", Instant{});
  for (std::size_t i = 0; i < kMaxRated + 10; ++i) {
    const auto octets = std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." +
                        std::to_string(i % 256);
    EXPECT_FALSE(rates.take(ip("10." + octets), "", Instant{}));
  }
  EXPECT_EQ(rates.take(ip("203.0.113.1"), "", Instant{}), Exceeded::client);
}

}  // namespace
}  // namespace waybill::relay::door
