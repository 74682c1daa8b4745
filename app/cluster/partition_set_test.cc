#include "app/cluster/partition_set.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

using Set = std::vector<std::uint32_t>;

TEST(PartitionSetTest, TakesNumbersRangesAndAll) {
  EXPECT_EQ(parse_partition_set("7", 12).value(), (Set{7}));
  EXPECT_EQ(parse_partition_set("9-11", 12).value(), (Set{9, 10, 11}));
  EXPECT_EQ(parse_partition_set("5-7,0,3,6", 12).value(), (Set{0, 3, 5, 6, 7}));
  EXPECT_EQ(parse_partition_set("all", 3).value(), (Set{0, 1, 2}));
}

TEST(PartitionSetTest, RefusesWhatNamesNoPartitionAndSaysWhatItFound) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "found \"\""},         {",", "found \"\""},        {"1,", "found \"\""},
      {",1", "found \"\""},       {"1,,2", "found \"\""},     {"3-", "found \"3-\""},
      {"-3", "found \"-3\""},     {"5-3", "found \"5-3\""},   {"1-2-3", "found \"1-2-3\""},
      {" 1", "found \" 1\""},     {"all,1", "found \"all\""}, {"12", "0 to 11"},
      {"0-4294967295", "0 to 11"}};
  for (const auto& [text, found] : cases) {
    SCOPED_TRACE(text);
    const auto set = parse_partition_set(text, 12);
    ASSERT_FALSE(set) << text;
    EXPECT_NE(set.error().why.find(found), std::string::npos) << set.error().why;
  }
}

}  // namespace
}  // namespace waybill::app
