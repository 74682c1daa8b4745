#include "tools/doctor/wording.h"

#include <gtest/gtest.h>

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;

TEST(WordingTest, OctetsAreRounded) {
  EXPECT_EQ(about_octets(742), "742 B");
  EXPECT_EQ(about_octets(1024), "1.0 KiB");
  EXPECT_EQ(about_octets(1536ULL << 20), "1.5 GiB");
  EXPECT_EQ(about_octets(300ULL << 30), "300 GiB");
  EXPECT_EQ(about_octets(5000ULL << 40), "5000 TiB");
}

TEST(WordingTest, TimesHaveTheLargestUnitThatFits) {
  EXPECT_EQ(about_time(-5s), "under 1 ms");
  EXPECT_EQ(about_time(12ms), "12 ms");
  EXPECT_EQ(about_time(59s), "59 s");
  EXPECT_EQ(about_time(119s), "1 min");
  EXPECT_EQ(about_time(25h), "1 d");
}

TEST(WordingTest, PartitionsInARowAreOneRange) {
  EXPECT_EQ(name_partitions({3}), "partition 3");
  EXPECT_EQ(name_partitions({0, 1, 4, 5, 6, 9}), "partitions 0, 1, 4-6, 9");
}

TEST(WordingTest, NamesBeyondTheLimitAreCounted) {
  EXPECT_EQ(name_some({"a"}, 2), "a");
  EXPECT_EQ(name_some({"a", "b", "c"}, 3), "a, b and c");
  EXPECT_EQ(name_some({"a", "b", "c"}, 2), "a, b and 1 other");
  EXPECT_EQ(name_some({"a", "b", "c", "d"}, 2), "a, b and 2 others");
}

}  // namespace
}  // namespace waybill::tools::doctor
