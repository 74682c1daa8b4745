#include "relay/door/greylist.h"

#include <gtest/gtest.h>

namespace waybill::relay::door {
namespace {

using namespace std::chrono_literals;
using runtime::WallTime;

constexpr WallTime kBegun{1'000'000'000s};

class GreylistTest : public testing::Test {
 protected:
  DoorSettings settings_;
  Greylist greylist_{settings_};
};

TEST_F(GreylistTest, WhoComesAgainInTimeIsTakenAndKnownFromThenOn) {
  EXPECT_EQ(greylist_.waits("a", kBegun), 300s);
  greylist_.put_off("a", kBegun);
  EXPECT_EQ(greylist_.waits("a", kBegun + 100s), 200s);
  greylist_.put_off("a", kBegun + 100s);
  EXPECT_EQ(greylist_.waits("a", kBegun + 200s), 100s) << "a try before its time is no new first";
  EXPECT_EQ(greylist_.waits("a", kBegun + 300s), std::nullopt);
  EXPECT_EQ(greylist_.waits("b", kBegun + 300s), 300s) << "nobody else";
  greylist_.taken("a", kBegun + 300s);
  EXPECT_EQ(greylist_.waits("a", kBegun + 24h * 30), std::nullopt);
  greylist_.taken("a", kBegun + 24h * 30);
  EXPECT_EQ(greylist_.waits("a", kBegun + 24h * 60), std::nullopt);
  EXPECT_EQ(greylist_.waits("a", kBegun + 24h * 67), 300s) << "36 days after the last";
}

TEST_F(GreylistTest, WhoStaysAwayForTooLongBeginsAnew) {
  greylist_.put_off("a", kBegun);
  EXPECT_EQ(greylist_.waits("a", kBegun + 49h), 300s);
  greylist_.put_off("a", kBegun + 49h);
  EXPECT_EQ(greylist_.waits("a", kBegun + 49h + 300s), std::nullopt);
}

TEST_F(GreylistTest, AClockThatIsSetBackKeepsNobodyWaitingForLonger) {
  greylist_.put_off("a", kBegun + 24h * 365);
  EXPECT_EQ(greylist_.waits("a", kBegun), 300s);
  EXPECT_EQ(greylist_.waits("a", kBegun + 300s), std::nullopt);
}

TEST_F(GreylistTest, AClockThatIsSetAheadCostsOneWait) {
  greylist_.taken("a", kBegun);
  EXPECT_EQ(greylist_.waits("a", kBegun + 24h * 3650), 300s);
  greylist_.put_off("a", kBegun + 24h * 3650);
  EXPECT_EQ(greylist_.waits("a", kBegun), 300s);
  EXPECT_EQ(greylist_.waits("a", kBegun + 300s), std::nullopt);
}

TEST_F(GreylistTest, BeyondItsBoundTheOldestAreForgotten) {
  for (std::size_t i = 0; i <= kMaxGreylisted; ++i) greylist_.taken(std::to_string(i), kBegun);
  EXPECT_EQ(greylist_.waits("0", kBegun), 300s);
  EXPECT_EQ(greylist_.waits("1", kBegun), std::nullopt);
}

TEST_F(GreylistTest, WhoIsHeardOfOftenIsNotTheOldest) {
  greylist_.taken("often", kBegun);
  for (std::size_t i = 0; i < kMaxGreylisted; ++i) {
    if (i % 100'000 == 0) greylist_.taken("often", kBegun);
    greylist_.taken(std::to_string(i), kBegun);
  }
  EXPECT_EQ(greylist_.waits("often", kBegun), std::nullopt);
}

TEST(GreylistKeyTest, IsOfTheNetworkAndTheSendersDomain) {
  const auto key = [](const char* client, const char* domain) {
    return greylist_key(boost::asio::ip::make_address(client), domain);
  };
  EXPECT_EQ(key("192.0.2.1", "a.test"), key("192.0.2.200", "a.test"));
  EXPECT_EQ(key("192.0.2.1", "a.test"), key("::ffff:192.0.2.1", "a.test"));
  EXPECT_NE(key("192.0.2.1", "a.test"), key("192.0.3.1", "a.test"));
  EXPECT_NE(key("192.0.2.1", "a.test"), key("192.0.2.1", "b.test"));
  EXPECT_EQ(key("2001:db8::1", ""), key("2001:db8::f:0:0:1", ""));
}

}  // namespace
}  // namespace waybill::relay::door
