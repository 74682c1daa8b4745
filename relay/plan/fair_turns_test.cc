#include "relay/plan/fair_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/sim_net.h"

namespace waybill::relay::plan {
namespace {

using namespace std::chrono_literals;
using runtime::Instant;
using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

constexpr auto kNone = [](int) { return false; };

TEST(FairTurnsTest, FewStayInTheirOrder) {
  tests::SeededChance chance(1);
  std::vector<int> turns = {1, 2, 3};
  arrange(turns, 3, chance, kNone);
  EXPECT_THAT(turns, ElementsAre(1, 2, 3));
}

TEST(FairTurnsTest, WhoHasItComesLast) {
  tests::SeededChance chance(1);
  std::vector<int> turns = {1, 2, 3, 4};
  arrange(turns, 4, chance, [](int one) { return one < 3; });
  EXPECT_THAT(turns, ElementsAre(3, 4, 1, 2));
}

TEST(FairTurnsTest, OfManyEachIsAmongTheFirstSometimes) {
  tests::SeededChance chance(1);
  std::vector<int> list(30);
  std::iota(list.begin(), list.end(), 0);
  std::vector<int> first(30);
  for (int i = 0; i < 600; ++i) {
    std::vector<int> turns = list;
    arrange(turns, 10, chance, kNone);
    EXPECT_THAT(turns, UnorderedElementsAreArray(list));
    for (int at = 0; at < 10; ++at) ++first[static_cast<std::size_t>(turns[at])];
  }
  // 200 each, give or take.
  for (const int times : first) EXPECT_NEAR(times, 200, 70);
}

TEST(FairTurnsTest, TheTimeIsSharedByRoundsAndTheLastRoundHasAllOfIt) {
  const Instant now{};
  EXPECT_EQ(share_of(now, now + 60s, 10, 10), now + 60s);
  EXPECT_EQ(share_of(now, now + 60s, 11, 10), now + 30s);
  EXPECT_EQ(share_of(now, now + 60s, 30, 10), now + 20s);
  EXPECT_EQ(share_of(now, now + 60s, 100, 10), now + kLeastShare);
  EXPECT_EQ(share_of(now, now + 5s, 100, 10), now + 5s);
}

}  // namespace
}  // namespace waybill::relay::plan
