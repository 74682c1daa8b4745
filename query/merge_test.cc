#include "query/merge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"
#include "tests/support/sim_net.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

// The timeline of one partition, as projector::History answers from it.
class Timeline {
 public:
  Timeline(std::uint32_t partition, std::vector<projector::TimelineEntry> newest_first)
      : partition_(partition), entries_(std::move(newest_first)) {}

  // At most `limit` entries out of at most `rows` that are read.
  HistoryPart page(std::size_t limit, const std::optional<HistoryPlace>& behind,
                   std::size_t rows) const {
    std::optional<projector::TimelineCursor> from;
    if (behind) from = after(*behind, partition_);
    projector::Page page;
    std::size_t read = 0;
    for (const auto& entry : entries_) {
      if (from && !comes_behind(entry, *from)) continue;
      if (page.entries.size() == limit || read == rows) {
        page.next = last_read_;
        break;
      }
      ++read;
      last_read_ = {entry.occurred_at, entry.index};
      // Of kinds that were asked for is every row but each third.
      if (rows == kNoBound || entry.index.value() % 3 != 0) page.entries.push_back(entry);
    }
    return history_part(partition_, std::move(page));
  }

  std::vector<HistoryPlace> places(bool all) const {
    std::vector<HistoryPlace> out;
    for (const auto& entry : entries_) {
      if (all || entry.index.value() % 3 != 0) {
        out.push_back({entry.occurred_at, partition_, entry.index});
      }
    }
    return out;
  }

  static constexpr std::size_t kNoBound = ~std::size_t{0};

 private:
  static bool comes_behind(const projector::TimelineEntry& entry,
                           const projector::TimelineCursor& cursor) {
    return std::pair(entry.occurred_at, entry.index) < std::pair(cursor.time, cursor.index);
  }

  std::uint32_t partition_;
  std::vector<projector::TimelineEntry> entries_;
  mutable projector::TimelineCursor last_read_;
};

std::vector<Timeline> some_timelines(tests::SeededChance& chance) {
  std::vector<Timeline> out;
  for (std::uint32_t partition = 0; partition < 4; ++partition) {
    std::vector<projector::TimelineEntry> entries(chance.below(12));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      entries[i].index = schemas::EventIndex(i);
      entries[i].kind = "dropped";
      // Few moments, so that many are the same in one partition and across them.
      entries[i].occurred_at = schemas::wall_time(1'772'366'400'000'000'000 + chance.below(6));
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::pair(a.occurred_at, a.index) > std::pair(b.occurred_at, b.index);
    });
    out.emplace_back(partition, std::move(entries));
  }
  return out;
}

// What all pages hold together, one after the other. Two of the partitions are on another server,
// which merges its own before they are merged here.
std::vector<HistoryPlace> page_through(const std::vector<Timeline>& timelines, std::size_t limit,
                                       std::size_t rows) {
  std::vector<HistoryPlace> seen;
  std::optional<HistoryPlace> behind;
  for (int pages = 0; pages < 300; ++pages) {
    std::vector<HistoryPart> near;
    std::vector<HistoryPart> far;
    for (const Timeline& timeline : timelines) {
      (near.size() < 2 ? near : far).push_back(timeline.page(limit, behind, rows));
    }
    near.push_back(merge_histories(std::move(far), limit));
    const HistoryPart merged = merge_histories(std::move(near), limit);
    EXPECT_LE(merged.lines.size(), limit);
    for (const HistoryLine& line : merged.lines) seen.push_back(line.place);
    if (!merged.next) return seen;
    behind = merged.next;
  }
  ADD_FAILURE() << "the pages have no end";
  return seen;
}

class MergePagesTest : public testing::TestWithParam<int> {};

TEST_P(MergePagesTest, GiveEveryEntryOnceAndInOrderWhateverThePageSize) {
  tests::SeededChance chance(static_cast<std::uint64_t>(GetParam()));
  const auto timelines = some_timelines(chance);
  for (const std::size_t rows : {Timeline::kNoBound, std::size_t{1}, std::size_t{4}}) {
    std::vector<HistoryPlace> whole;
    for (const Timeline& timeline : timelines) {
      for (const HistoryPlace& place : timeline.places(rows == Timeline::kNoBound))
        whole.push_back(place);
    }
    std::sort(whole.begin(), whole.end(), std::greater<>());
    for (const std::size_t limit : {1, 2, 3, 5, 8, 100}) {
      EXPECT_EQ(page_through(timelines, limit, rows), whole)
          << "limit " << limit << ", rows " << rows;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MergePagesTest, testing::Range(1, 41));

HistoryPlace at(std::uint64_t time, std::uint32_t partition, std::uint64_t index) {
  return {schemas::wall_time(time), partition, schemas::EventIndex(index)};
}

HistoryPart history(const std::vector<HistoryPlace>& places,
                    std::optional<HistoryPlace> next = std::nullopt) {
  HistoryPart out;
  for (const HistoryPlace& place : places) {
    out.lines.push_back({place, 1, projector::TimelineEntry()});
  }
  out.next = next;
  return out;
}

std::string entries_of(const HistoryPart& part) {
  std::string out;
  for (const HistoryLine& line : part.lines) {
    out +=
        std::to_string(line.place.partition) + ":" + std::to_string(line.place.index.value()) + " ";
  }
  return out;
}

TEST(MergeHistoriesTest, OrdersByTimeThenPartitionThenIndexAllDescending) {
  const auto merged = merge_histories({history({at(3, 0, 9), at(2, 0, 8), at(2, 0, 3)}),
                                       history({at(4, 1, 1), at(2, 1, 5), at(1, 1, 0)})},
                                      10);
  EXPECT_EQ(entries_of(merged), "1:1 0:9 1:5 0:8 0:3 1:0 ");
  EXPECT_FALSE(merged.next);
}

TEST(MergeHistoriesTest, ShowsNothingThatMayComeBehindWhatAPartitionHasNotRead) {
  // In the moment at which partition 1 stopped, 2 comes before it and 0 behind it.
  const auto merged =
      merge_histories({history({at(4, 0, 7), at(2, 0, 6), at(1, 0, 5)}),
                       history({at(3, 1, 9)}, at(2, 1, 4)), history({at(2, 2, 1), at(1, 2, 0)})},
                      10);
  EXPECT_EQ(entries_of(merged), "0:7 1:9 2:1 ");
  EXPECT_EQ(merged.next, at(2, 1, 4));
}

TEST(MergeHistoriesTest, TakesTheEarliestPlaceAtWhichAnyPartitionStopped) {
  const auto merged = merge_histories(
      {history({}, at(3, 0, 4)), history({at(1, 1, 0)}), history({}, at(2, 2, 4))}, 10);
  EXPECT_EQ(entries_of(merged), "");
  EXPECT_EQ(merged.next, at(3, 0, 4));
}

TEST(MergeHistoriesTest, APageEndsWithTheEntryThatFillsItsOctets) {
  auto near = history({at(4, 0, 7), at(2, 0, 6), at(1, 0, 5)});
  near.lines[1].octets = kMaxHistoryOctets;
  const auto merged = merge_histories({near, history({at(3, 1, 9)}, at(0, 1, 0))}, 10);
  EXPECT_EQ(entries_of(merged), "0:7 1:9 0:6 ");
  EXPECT_EQ(merged.next, at(2, 0, 6));
}

EventLine event(int message, std::uint32_t partition, std::uint64_t index, std::uint64_t time,
                const char* event_id = "e") {
  EventLine line;
  line.place = {tests::message_id(static_cast<unsigned>(message)), partition,
                schemas::EventIndex(index)};
  line.time = schemas::wall_time(time);
  line.event_id = event_id;
  line.octets = 100;
  return line;
}

// "5.1:a ": message, time and event id.
std::string order_of(const MessagesPart& part) {
  std::string out;
  for (const EventLine& line : part.lines) {
    for (const int number : {1, 2, 5, 7}) {
      if (line.place.message == tests::message_id(static_cast<unsigned>(number))) {
        out += std::to_string(number);
      }
    }
    out += "." + std::to_string(schemas::nanoseconds(line.time)) + ":" + line.event_id + " ";
  }
  return out;
}

TEST(MergeMessagesTest, TellsAllEventsOldestFirst) {
  const auto merged = merge_messages({{{event(1, 0, 1, 1, "2"), event(1, 0, 2, 3, "1")}, {}},
                                      {{event(1, 1, 1, 1, "1"), event(1, 1, 2, 2, "9")}, {}},
                                      {}},
                                     1);
  EXPECT_EQ(order_of(merged), "1.1:1 1.1:2 1.2:9 1.3:1 ");
  EXPECT_FALSE(merged.next);
}

TEST(MergeMessagesTest, TellsNothingThatMayComeBehindWhatAPartitionHasNotRead) {
  const MessagePlace next{tests::message_id(1), 1, 3_index};
  const auto merged = merge_messages({{{event(1, 2, 1, 0)}, {}},
                                      {{event(1, 1, 1, 1, "1"), event(1, 1, 2, 2, "2")}, next},
                                      {{event(1, 0, 7, 5, "0")}, {}}},
                                     1);
  EXPECT_EQ(order_of(merged), "1.1:1 1.2:2 1.5:0 ");
  EXPECT_EQ(merged.next, next);
}

TEST(MergeMessagesTest, APageHasAsManyEventsAsAnAnswerMayHave) {
  MessagesPart many;
  for (std::size_t i = 0; i < projector::kMaxEvents; ++i) many.lines.push_back(event(1, 0, i, 1));
  const auto merged = merge_messages({many, {{event(1, 1, 0, 2)}, {}}}, 1);
  EXPECT_EQ(merged.lines.size(), projector::kMaxEvents);
  EXPECT_EQ(merged.next, (MessagePlace{tests::message_id(1), 1, 0_index}));
}

TEST(MergeMessagesTest, APageHasAsManyOctetsAsAnAnswerMayHaveHoweverManyPartsThereAre) {
  std::vector<MessagesPart> parts;
  for (std::uint32_t partition = 0; partition < 8; ++partition) {
    MessagesPart part;
    for (std::uint64_t i = 0; i < 4; ++i) part.lines.push_back(event(1, partition, i, 1));
    for (EventLine& line : part.lines) line.octets = projector::kMaxEventOctets / 4;
    parts.push_back(std::move(part));
  }
  const auto merged = merge_messages(std::move(parts), 1);
  EXPECT_EQ(merged.lines.size(), 4U);
  EXPECT_EQ(merged.next, (MessagePlace{tests::message_id(1), 1, 0_index}));
}

TEST(MergeMessagesTest, TellsEachMessageOnceNewestFirstAndAsManyAsWereAskedFor) {
  const std::vector<MessagesPart> parts{
      {{event(5, 0, 1, 1, "a"), event(2, 0, 2, 1)}, {}},
      {{event(7, 1, 1, 1), event(5, 1, 2, 0, "b")}, {}},
      {},
  };
  const auto told = [&](std::size_t limit) {
    const auto merged = merge_messages(parts, limit);
    return order_of(merged) + (merged.next ? "+" : "");
  };
  EXPECT_EQ(told(10), "7.1:e 5.0:b 5.1:a 2.1:e ");
  EXPECT_EQ(told(3), "7.1:e 5.0:b 5.1:a 2.1:e ");
  EXPECT_EQ(told(2), "7.1:e 5.0:b 5.1:a +");
  EXPECT_EQ(told(1), "7.1:e +");
}

TEST(MergeCountersTest, SumsHourByHour) {
  const auto counts = [](std::uint64_t accepted, std::uint64_t octets) {
    projector::Counts out{};
    out[static_cast<std::size_t>(projector::Count::accepted)] = accepted;
    out[static_cast<std::size_t>(projector::Count::octets)] = octets;
    return out;
  };
  const auto first = schemas::wall_time(1);
  const auto second = schemas::wall_time(2);
  const auto merged = merge_counters({
      {{second, counts(1, 10)}},
      {{first, counts(4, 0)}, {second, counts(2, 18'446'744'073'709'551'600U)}},
      {},
  });
  EXPECT_EQ(merged, (CountersPart{{first, counts(4, 0)},
                                  {second, counts(3, 18'446'744'073'709'551'610U)}}));
}

TEST(MergeTest, ASinglePartComesBackAsItIsAndNoPartIsAnEmptyOne) {
  const auto places = {at(1, 0, 1), at(2, 0, 2)};
  EXPECT_EQ(entries_of(merge_histories({history(places)}, 1)), "0:1 0:2 ");
  EXPECT_EQ(order_of(merge_messages({{{event(2, 0, 1, 2), event(7, 0, 2, 1)}, {}}}, 1)),
            "2.2:e 7.1:e ");
  EXPECT_TRUE(merge_histories({}, 1).lines.empty());
  EXPECT_TRUE(merge_messages({}, 1).lines.empty());
  EXPECT_TRUE(merge_counters({}).empty());
}

}  // namespace
}  // namespace waybill::query
