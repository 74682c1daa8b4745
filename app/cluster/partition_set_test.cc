#include "app/cluster/partition_set.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

using Set = std::vector<std::uint32_t>;

TEST(PartitionSetTest, TakesNumbersRangesAndAll) {
  std::string why;
  EXPECT_EQ(*parse_partition_set("0-3", 12, why), (Set{0, 1, 2, 3}));
  EXPECT_EQ(*parse_partition_set("7,0,5-6,5", 12, why), (Set{0, 5, 6, 7}));
  EXPECT_EQ(*parse_partition_set("all", 3, why), (Set{0, 1, 2}));
  EXPECT_EQ(*parse_partition_set("11", 12, why), (Set{11}));
}

TEST(PartitionSetTest, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* why;
  } cases[] = {{"1,", "found \"\""},         {",1", "found \"\""},
               {"3-1", "found \"3-1\""},     {"x", "found \"x\""},
               {"-1", "found \"-1\""},       {"1--2", "found \"1--2\""},
               {"12", "partitions 0 to 11"}, {"4294967296", "expected numbers"}};
  for (const auto& one : cases) {
    std::string why;
    EXPECT_FALSE(parse_partition_set(one.text, 12, why)) << one.text;
    EXPECT_NE(why.find(one.why), std::string::npos) << one.text << ": " << why;
  }
}

}  // namespace
}  // namespace waybill::app
