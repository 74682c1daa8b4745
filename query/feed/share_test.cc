#include "query/feed/share.h"

#include <gtest/gtest.h>

#include "query/feed/place.h"
#include "tests/support/ordinals.h"

namespace waybill::query::feed {

using namespace schemas::ordinal_literals;

namespace {

const std::vector<SharePlace> kAskedPlaces = {{2, 17_index}, {3, 0_index}};

Share share_of_two() {
  Share out;
  out.partition = 2;
  out.end = 25_index;
  out.lag = 4;
  out.lines = {{"gap", false, R"({"partition":2,"from":17,"to":19})", 19_index},
               {"dropped", true, R"({"kind":"dropped","index":20})", 21_index}};
  out.next = 23_index;
  return out;
}

std::string written(const Share& share) {
  std::string out;
  append_share(out, share);
  return write_shares(out);
}

TEST(ShareTest, PlacesComeBackAsTheyWent) {
  for (const char* const text : {"0.0", "2.17,3.0", "511.18446744073709551615"}) {
    const auto places = read_places(text);
    ASSERT_TRUE(places) << text;
    EXPECT_EQ(write_places(*places), text);
  }
  EXPECT_EQ(*read_places("2.17,3.0"), kAskedPlaces);
}

TEST(ShareTest, WhatIsNoListOfPlacesIsRefused) {
  for (const char* const text :
       {"", "2", "2.", ".17", "2.17,", ",2.17", "2.17,2.18", "3.0,2.17", "02.17", "2.017", "2.-1",
        "+2.1", "2.17 ", "2:17", "4294967296.0", "2.18446744073709551616"}) {
    EXPECT_FALSE(read_places(text)) << text;
  }
  std::string many;
  for (std::size_t i = 0; i <= kMostPartitions; ++i) {
    many += (i == 0 ? "" : ",") + std::to_string(i) + ".0";
  }
  EXPECT_FALSE(read_places(many));
}

TEST(ShareTest, AShareComesBackAsItWent) {
  const Share said = share_of_two();
  const auto shares = read_shares(written(said), kAskedPlaces);
  ASSERT_TRUE(shares);
  ASSERT_EQ(shares->size(), 1U);
  const Share& read = shares->front();
  EXPECT_EQ(read.partition, 2U);
  EXPECT_EQ(read.end, 25_index);
  EXPECT_EQ(read.lag, 4U);
  EXPECT_EQ(read.next, 23_index);
  ASSERT_EQ(read.lines.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.lines[i].kind, said.lines[i].kind);
    EXPECT_EQ(read.lines[i].is_event, said.lines[i].is_event);
    EXPECT_EQ(read.lines[i].json, said.lines[i].json);
    EXPECT_EQ(read.lines[i].next, said.lines[i].next);
  }
}

TEST(ShareTest, ALagThatNobodyKnowsIsNone) {
  Share said = share_of_two();
  said.lag.reset();
  const auto shares = read_shares(written(said), kAskedPlaces);
  ASSERT_TRUE(shares);
  EXPECT_FALSE(shares->front().lag);
}

TEST(ShareTest, EndsComeBackAsTheyWent) {
  std::string said;
  append_end(said, share_of_two());
  Share other;
  other.partition = 3;
  append_end(said, other);
  const auto ends = read_ends(write_shares(said), {2, 3});
  ASSERT_TRUE(ends);
  ASSERT_EQ(ends->size(), 2U);
  EXPECT_EQ((*ends)[0].end, 25_index);
  EXPECT_EQ((*ends)[0].lag, 4U);
  EXPECT_EQ((*ends)[1].partition, 3U);
  EXPECT_FALSE((*ends)[1].lag);
  EXPECT_FALSE(read_ends(write_shares(said), {2})) << "of the other nobody asked";
}

// A reader whose place went back would be told something twice.
TEST(ShareTest, NothingIsTakenThatDoesNotGoOnFromWhereItWasAsked) {
  const auto refused = [](const Share& share) {
    return !read_shares(written(share), kAskedPlaces).has_value();
  };
  EXPECT_FALSE(refused(share_of_two()));
  Share share = share_of_two();
  share.lines[0].next = 17_index;
  EXPECT_TRUE(refused(share)) << "not behind the place";
  share = share_of_two();
  share.lines[1].next = 19_index;
  EXPECT_TRUE(refused(share)) << "not behind the line before";
  share = share_of_two();
  share.next = 20_index;
  EXPECT_TRUE(refused(share)) << "before its last line";
  share = share_of_two();
  share.lines.clear();
  share.next = 16_index;
  EXPECT_TRUE(refused(share)) << "before the place";
  share = share_of_two();
  share.partition = 4;
  EXPECT_TRUE(refused(share)) << "of which nobody asked";
}

TEST(ShareTest, WhatIsOfAnotherFormIsNone) {
  for (const char* const text :
       {"", "[]", "{}", R"({"partitions":{}})", R"({"partitions":[2]})",
        R"({"partitions":[{"partition":2}]})",
        R"({"partitions":[{"partition":2,"end":25,"next":23}]})",
        R"({"partitions":[{"partition":2,"end":25,"lines":[]}]})",
        R"({"partitions":[{"partition":2,"end":25,"next":23,"lines":[{"next":21}]}]})",
        R"({"partitions":[{"partition":2,"end":25,"next":23,"lines":[{"event":{}}]}]})",
        R"({"partitions":[{"partition":2,"end":25,"next":23,
             "lines":[{"next":21,"event":{},"gap":{}}]}]})",
        R"({"partitions":[{"partition":2,"end":25,"next":23,"lines":[]},
                          {"partition":2,"end":25,"next":23,"lines":[]}]})"}) {
    EXPECT_FALSE(read_shares(text, kAskedPlaces)) << text;
  }
}

}  // namespace
}  // namespace waybill::query::feed
