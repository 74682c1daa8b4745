#include "projector/rows/key_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::projector {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

TEST(KeyCodecTest, NumbersSortAsTheirKeysDo) {
  const std::uint64_t ascending[] = {0, 1, 255, 256, 1ULL << 32, kMost - 1, kMost};
  std::string before;
  for (const std::uint64_t number : ascending) {
    std::string key;
    append_be64(key, number);
    EXPECT_LT(before, key);
    EXPECT_EQ(read_be64(key), number);
    before = key;
  }
}

// All numbers that begin or end a length, and what lies around them.
std::vector<std::uint64_t> numbers_around_every_length() {
  std::vector<std::uint64_t> numbers = {0};
  for (unsigned bits = 1; bits < 64; ++bits) {
    const std::uint64_t power = std::uint64_t{1} << bits;
    for (const std::uint64_t number : {power - 1, power, power + 1}) {
      if (number > numbers.back()) numbers.push_back(number);
    }
  }
  numbers.push_back(kMost);
  return numbers;
}

TEST(KeyCodecTest, ShortNumbersSortAsTheNumbersDoOrTheOtherWayRound) {
  std::string below;
  std::string above = "\xff\xff";
  for (const std::uint64_t number : numbers_around_every_length()) {
    std::string rising;
    append_rising(rising, number);
    EXPECT_LT(below, rising) << number;
    EXPECT_EQ(read_rising(rising), number);
    EXPECT_EQ(below.empty() ? std::string::npos : rising.find(below), std::string::npos);
    below = rising;
    std::string falling;
    append_falling(falling, number);
    EXPECT_GT(above, falling) << number;
    EXPECT_EQ(read_falling(falling), number);
    above = falling;
  }
}

TEST(KeyCodecTest, AShortNumberThatIsCutOrLongerThanItNeedBeIsNone) {
  for (const std::string_view octets :
       {std::string_view(), std::string_view("\1", 1), std::string_view("\1\0", 2),
        std::string_view("\1\2\3", 3), std::string_view("\2\0\3", 3),
        std::string_view("\11\1\1\1\1\1\1\1\1\1", 10)}) {
    EXPECT_FALSE(read_rising(octets)) << octets.size();
  }
}

TEST(KeyCodecTest, TheKeyAfterAPrefixIsAboveEveryKeyThatBeginsWithIt) {
  EXPECT_EQ(after_prefix("node/"), "node0");
  EXPECT_EQ(after_prefix("a\xff\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
  EXPECT_EQ(after_prefix(""), "");
}

}  // namespace
}  // namespace waybill::projector
