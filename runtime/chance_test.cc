#include "runtime/chance.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

namespace waybill::runtime {
namespace {

// Gives the 64-bit words that were written for it, one after the other.
class ScriptedChance final : public Chance {
 public:
  explicit ScriptedChance(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_EQ(out.size(), sizeof(std::uint64_t));
    ASSERT_LT(next_, words_.size()) << "drawn more often than the script says";
    std::memcpy(out.data(), &words_[next_++], out.size());
  }
  std::size_t drawn() const { return next_; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t next_ = 0;
};

TEST(ChanceTest, AScriptGivesTheSameNumbersEveryTime) {
  ScriptedChance chance({0, 9, 10, 25});
  EXPECT_EQ(chance.below(10), 0u);
  EXPECT_EQ(chance.below(10), 9u);
  EXPECT_EQ(chance.below(10), 0u);
  EXPECT_EQ(chance.below(10), 5u);
}

TEST(ChanceTest, ADrawFromTheIncompleteLastStretchIsThrownAway) {
  ScriptedChance chance({UINT64_MAX, UINT64_MAX - 1, 3});
  EXPECT_EQ(chance.below(10), 3u);
  EXPECT_EQ(chance.drawn(), 3u);
}

TEST(ChanceTest, ARangeOfOneHasOneNumber) {
  ScriptedChance chance({12345});
  EXPECT_EQ(chance.below(1), 0u);
}

TEST(ChanceDeathTest, AnEmptyRangeIsABrokenPromise) {
  EXPECT_DEATH(system_chance()->below(0), "a range to draw from is not empty");
}

TEST(SystemChanceTest, EveryNumberOfASmallRangeComesUpAndNoOther) {
  const auto chance = system_chance();
  std::set<std::uint64_t> seen;
  // 6 numbers in 1000 draws: that one is missed has a probability below 10^-78.
  for (int i = 0; i < 1000; ++i) seen.insert(chance->below(6));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4, 5}));
}

TEST(SystemChanceTest, FillsAnySizeAndNeverTheSameTwice) {
  const auto chance = system_chance();
  std::vector<std::uint8_t> first(10'000);
  std::vector<std::uint8_t> second(10'000);
  chance->fill(first);
  chance->fill(second);
  EXPECT_NE(first, second);
  const std::set<std::uint8_t> values(first.begin(), first.end());
  EXPECT_EQ(values.size(), 256u);
}

}  // namespace
}  // namespace waybill::runtime
