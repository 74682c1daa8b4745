#include "relay/admission.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace waybill::relay {
namespace {

using Entered = std::variant<Admission::Slot, Admission::Full>;

runtime::IpAddress client(const char* text) { return boost::asio::ip::make_address(text); }

bool inside(const Entered& entered) { return std::holds_alternative<Admission::Slot>(entered); }

TEST(AdmissionTest, TheServerIsFullAtItsLimitWhoeverComes) {
  Admission admission(2, 2);
  const Entered first = admission.try_enter(client("192.0.2.1"));
  const Entered second = admission.try_enter(client("192.0.2.2"));
  ASSERT_TRUE(inside(first) && inside(second));
  const Entered third = admission.try_enter(client("192.0.2.3"));
  ASSERT_FALSE(inside(third));
  EXPECT_EQ(std::get<Admission::Full>(third), Admission::Full::server);
}

TEST(AdmissionTest, OneClientAtItsLimitShutsOutNoOther) {
  Admission admission(10, 2);
  const Entered first = admission.try_enter(client("2001:db8::1"));
  const Entered second = admission.try_enter(client("2001:db8::1"));
  ASSERT_TRUE(inside(first) && inside(second));
  const Entered third = admission.try_enter(client("2001:db8::1"));
  ASSERT_FALSE(inside(third));
  EXPECT_EQ(std::get<Admission::Full>(third), Admission::Full::client);
  EXPECT_FALSE(inside(admission.try_enter(client("2001:db8::2")))) << "of the same /64";
  EXPECT_TRUE(inside(admission.try_enter(client("2001:db8:0:1::1"))));
}

TEST(AdmissionTest, AFullServerIsNamedBeforeAFullClient) {
  Admission admission(1, 1);
  const Entered only = admission.try_enter(client("192.0.2.1"));
  ASSERT_TRUE(inside(only));
  const Entered next = admission.try_enter(client("192.0.2.1"));
  ASSERT_FALSE(inside(next));
  EXPECT_EQ(std::get<Admission::Full>(next), Admission::Full::server);
}

TEST(AdmissionTest, APlaceIsFreeAgainOnceItsSessionEnds) {
  Admission admission(1, 1);
  for (int round = 0; round < 3; ++round) {
    const Entered entered = admission.try_enter(client("192.0.2.1"));
    EXPECT_TRUE(inside(entered)) << round;
    EXPECT_FALSE(inside(admission.try_enter(client("192.0.2.1")))) << round;
  }
  EXPECT_TRUE(inside(admission.try_enter(client("192.0.2.2"))));
}

TEST(AdmissionTest, ARefusalTakesNoPlace) {
  Admission admission(3, 1);
  const Entered mine = admission.try_enter(client("192.0.2.1"));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(inside(admission.try_enter(client("192.0.2.1"))));
  const Entered second = admission.try_enter(client("192.0.2.2"));
  const Entered third = admission.try_enter(client("192.0.2.3"));
  EXPECT_TRUE(inside(second));
  EXPECT_TRUE(inside(third));
}

TEST(AdmissionTest, AMovedPlaceIsLeftOnce) {
  Admission admission(1, 1);
  {
    Entered entered = admission.try_enter(client("192.0.2.1"));
    ASSERT_TRUE(inside(entered));
    const Admission::Slot moved = std::get<Admission::Slot>(std::move(entered));
    EXPECT_FALSE(inside(admission.try_enter(client("192.0.2.2"))));
  }
  const Entered next = admission.try_enter(client("192.0.2.2"));
  EXPECT_TRUE(inside(next));
  EXPECT_FALSE(inside(admission.try_enter(client("192.0.2.3"))));
}

TEST(AdmissionTest, SeveralThreadsNeverPassTheLimitTogether) {
  constexpr std::uint32_t kPlaces = 3;
  Admission admission(kPlaces, kPlaces);
  std::atomic<std::uint32_t> now{0};
  std::atomic<std::uint32_t> most{0};
  const auto come_and_go = [&] {
    for (int i = 0; i < 3000; ++i) {
      const Entered entered = admission.try_enter(client("192.0.2.1"));
      if (!inside(entered)) continue;
      const std::uint32_t there = ++now;
      for (auto seen = most.load(); seen < there && !most.compare_exchange_weak(seen, there);) {
      }
      --now;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(come_and_go);
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, kPlaces);
  // Nobody stayed inside.
  std::vector<Entered> all;
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    all.push_back(admission.try_enter(client("192.0.2.9")));
    EXPECT_TRUE(inside(all.back())) << i;
  }
}

}  // namespace
}  // namespace waybill::relay
