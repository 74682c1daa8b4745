#include "query/partition_list.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waybill::query {
namespace {

using Partitions = std::vector<std::uint32_t>;

TEST(PartitionListTest, ReadsWhatItWrites) {
  const std::pair<Partitions, const char*> cases[] = {
      {{0}, "0"},
      {{0, 3, 5}, "0,3,5"},
      {{9, 10, 100}, "9,10,100"},
      {{4'294'967'294, 4'294'967'295}, "4294967294,4294967295"},
  };
  for (const auto& [list, text] : cases) {
    EXPECT_EQ(write_partitions(list), text);
    EXPECT_EQ(parse_partitions(text), list) << text;
  }
}

TEST(PartitionListTest, TakesNoOtherText) {
  for (const char* const text : {"",
                                 ",",
                                 "0,",
                                 ",0",
                                 "0,,1",
                                 "0, 1",
                                 " 0",
                                 "0 ",
                                 "0;1",
                                 "00",
                                 "0,01",
                                 "+1",
                                 "-1",
                                 "0x1",
                                 "1.0",
                                 "one",
                                 "0,one",
                                 "4294967296",
                                 "99999999999999999999",
                                 "0,0",
                                 "1,0",
                                 "0,2,1"}) {
    EXPECT_FALSE(parse_partitions(text)) << text;
  }
  EXPECT_FALSE(parse_partitions(std::string_view("0\0", 2)));
}

// Every short text over the characters that matter: what is read at all is written back the same.
TEST(PartitionListTest, KnowsOneTextForEachList) {
  constexpr std::string_view kCharacters = "0129,-";
  std::size_t read = 0;
  for (std::size_t number = 0; number < 6 * 6 * 6 * 6 * 6; ++number) {
    std::string text;
    for (std::size_t rest = number; text.size() < 5; rest /= 6) text += kCharacters[rest % 6];
    const auto list = parse_partitions(text);
    if (!list) continue;
    ++read;
    EXPECT_EQ(write_partitions(*list), text);
    EXPECT_TRUE(std::is_sorted(list->begin(), list->end()));
  }
  EXPECT_GT(read, 500U);
}

}  // namespace
}  // namespace waybill::query
