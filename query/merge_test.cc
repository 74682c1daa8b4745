#include "query/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "query/cursor.h"
#include "query/render.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"
#include "tests/support/sim_net.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

namespace json = boost::json;
using projector::HistoryQuestion;

json::object object(std::string_view text) { return json::parse(text).as_object(); }

HistoryQuestion question(std::size_t limit) {
  HistoryQuestion out;
  out.address = "ann@example.com";
  out.role = projector::Role::sender;
  out.limit = limit;
  return out;
}

// The timeline of one partition, as projector::History answers from it.
class Timeline {
 public:
  Timeline(std::uint32_t partition, std::vector<projector::TimelineEntry> newest_first)
      : partition_(partition), entries_(std::move(newest_first)) {}

  // At most `limit` entries out of at most `rows` that are read.
  json::object page(const HistoryQuestion& asked, const std::optional<HistoryPlace>& behind,
                    std::size_t rows) const {
    std::optional<projector::TimelineCursor> from;
    if (behind) from = after(*behind, partition_);
    projector::Page page;
    std::size_t read = 0;
    for (const auto& entry : entries_) {
      if (from && !comes_behind(entry, *from)) continue;
      if (page.entries.size() == asked.limit || read == rows) {
        page.next = last_read_;
        break;
      }
      ++read;
      last_read_ = {entry.occurred_at, entry.index};
      // Of kinds that were asked for is every row but each third.
      if (rows == kNoBound || entry.index.value() % 3 != 0) page.entries.push_back(entry);
    }
    return history_part(asked, partition_, page);
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

HistoryPlace place_in(const json::value& entry) {
  return {*schemas::parse_rfc3339(std::string(entry.at("time").as_string())),
          entry.at("partition").to_number<std::uint32_t>(),
          schemas::EventIndex(entry.at("index").to_number<std::uint64_t>())};
}

// What all pages hold together, one after the other. Two of the partitions are on another server,
// which merges its own before they are merged here.
std::vector<HistoryPlace> page_through(const std::vector<Timeline>& timelines,
                                       const HistoryQuestion& asked, std::size_t rows) {
  std::vector<HistoryPlace> seen;
  std::optional<HistoryPlace> behind;
  for (int pages = 0; pages < 300; ++pages) {
    PartialAnswers near;
    PartialAnswers far;
    for (const Timeline& timeline : timelines) {
      (near.size() < 2 ? near : far).push_back(timeline.page(asked, behind, rows));
    }
    near.push_back(merge_histories(std::move(far), asked));
    const json::object merged = merge_histories(std::move(near), asked);
    EXPECT_LE(merged.at("entries").as_array().size(), asked.limit);
    for (const auto& entry : merged.at("entries").as_array()) seen.push_back(place_in(entry));
    const auto* const next = merged.if_contains("next_cursor");
    if (next == nullptr) return seen;
    behind = *read_cursor(std::string(next->as_string()), asked);
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
      EXPECT_EQ(page_through(timelines, question(limit), rows), whole)
          << "limit " << limit << ", rows " << rows;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MergePagesTest, testing::Range(1, 41));

std::string entry(const char* time, int partition, int index) {
  return std::string(R"({"time":"2026-03-01T12:00:0)") + time + R"(Z","partition":)" +
         std::to_string(partition) + R"(,"index":)" + std::to_string(index) + "}";
}

json::object history(const std::vector<std::string>& entries) {
  std::string list;
  for (const auto& one : entries) list += (list.empty() ? "" : ",") + one;
  return object(R"({"address":"ann@example.com","role":"sender","entries":[)" + list + "]}");
}

std::string entries_of(const json::object& answer) {
  std::string out;
  for (const auto& one : answer.at("entries").as_array()) {
    const HistoryPlace place = place_in(one);
    out += std::to_string(place.partition) + ":" + std::to_string(place.index.value()) + " ";
  }
  return out;
}

TEST(MergeHistoriesTest, OrdersByTimeThenPartitionThenIndexAllDescending) {
  const auto merged =
      merge_histories({history({entry("3", 0, 9), entry("2", 0, 8), entry("2", 0, 3)}),
                       history({entry("4", 1, 1), entry("2", 1, 5), entry("1", 1, 0)})},
                      question(10));
  EXPECT_EQ(entries_of(merged), "1:1 0:9 1:5 0:8 0:3 1:0 ");
  EXPECT_EQ(merged.at("address"), "ann@example.com");
  EXPECT_EQ(merged.at("role"), "sender");
  EXPECT_FALSE(merged.contains("next_cursor"));
}

TEST(MergeHistoriesTest, ShowsNothingThatMayComeBehindWhatAPartitionHasNotRead) {
  const auto asked = question(10);
  json::object stopped = history({entry("3", 1, 9)});
  const HistoryPlace at{*schemas::parse_rfc3339("2026-03-01T12:00:02Z"), 1, 4_index};
  stopped["next_cursor"] = write_cursor(at, asked);
  // In the moment at which partition 1 stopped, 2 comes before it and 0 behind it.
  const auto merged =
      merge_histories({history({entry("4", 0, 7), entry("2", 0, 6), entry("1", 0, 5)}), stopped,
                       history({entry("2", 2, 1), entry("1", 2, 0)})},
                      asked);
  EXPECT_EQ(entries_of(merged), "0:7 1:9 2:1 ");
  EXPECT_EQ(read_cursor(std::string(merged.at("next_cursor").as_string()), asked).value(), at);
}

TEST(MergeHistoriesTest, TakesTheEarliestPlaceAtWhichAnyPartitionStopped) {
  const auto asked = question(10);
  PartialAnswers parts{history({}), history({entry("1", 1, 0)}), history({})};
  const HistoryPlace later{*schemas::parse_rfc3339("2026-03-01T12:00:03Z"), 0, 4_index};
  const HistoryPlace earlier{*schemas::parse_rfc3339("2026-03-01T12:00:02Z"), 2, 4_index};
  parts[0]["next_cursor"] = write_cursor(later, asked);
  parts[2]["next_cursor"] = write_cursor(earlier, asked);
  const auto merged = merge_histories(parts, asked);
  EXPECT_EQ(entries_of(merged), "");
  EXPECT_EQ(read_cursor(std::string(merged.at("next_cursor").as_string()), asked).value(), later);
}

TEST(MergeHistoriesTest, LeavesOutWhatHasAnotherForm) {
  const char* const odd[] = {
      R"({})",
      R"({"entries":7})",
      R"({"entries":{"time":"2026-03-01T12:00:01Z"}})",
      R"({"entries":[null,1,"x",[]]})",
      R"({"entries":[{}]})",
      R"({"entries":[{"time":5,"partition":1,"index":1}]})",
      R"({"entries":[{"time":"noon","partition":1,"index":1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","index":1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","partition":1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","partition":"1","index":1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","partition":4294967296,"index":1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","partition":1,"index":-1}]})",
      R"({"entries":[{"time":"2026-03-01T12:00:01Z","partition":1,"index":1.5}]})",
      R"({"entries":[],"next_cursor":5})",
      R"({"entries":[],"next_cursor":"AAAA"})",
  };
  for (const char* const text : odd) {
    const auto merged = merge_histories({history({entry("2", 0, 8)}), object(text)}, question(10));
    EXPECT_EQ(entries_of(merged), "0:8 ") << text;
    EXPECT_FALSE(merged.contains("next_cursor")) << text;
  }
}

constexpr char kAsked[] = "the question";

std::string id_of(int number) { return tests::message_id(static_cast<unsigned>(number)).text(); }

// "1:t3:b": partition and index, time, event id.
json::object event(std::uint32_t partition, std::uint64_t index, const char* time,
                   const char* event_id = "e") {
  json::object out;
  out["partition"] = partition;
  out["index"] = index;
  out["occurred_at"] = time;
  out["event_id"] = event_id;
  return out;
}

json::object message(int number, std::vector<json::object> events) {
  json::object out;
  out["message_id"] = id_of(number);
  json::array list;
  for (json::object& one : events) list.push_back(std::move(one));
  out["events"] = std::move(list);
  return out;
}

std::string order_of(const json::object& message) {
  std::string out;
  for (const auto& one : message.at("events").as_array()) {
    out += std::string(one.at("occurred_at").as_string()) + ":" +
           std::string(one.at("event_id").as_string()) + " ";
  }
  return out;
}

TEST(MergeMessagesTest, TellsAllEventsOldestFirst) {
  const auto merged = merge_messages(
      {
          message(1, {event(0, 1, "t1", "2"), event(0, 2, "t3", "1")}),
          message(1, {event(1, 1, "t1", "1"), event(1, 2, "t2", "9")}),
          object(R"({"message_id":"m","events":[1,null]})"),
          object(R"({"message_id":"m","events":"none"})"),
          object(R"({})"),
      },
      kAsked);
  EXPECT_EQ(order_of(merged), "t1:1 t1:2 t2:9 t3:1 ");
  EXPECT_EQ(std::string(merged.at("message_id").as_string()), id_of(1));
  EXPECT_FALSE(merged.contains("next_cursor"));
}

TEST(MergeMessagesTest, TellsNothingThatMayComeBehindWhatAPartitionHasNotRead) {
  auto cut = message(1, {event(1, 1, "t1", "1"), event(1, 2, "t2", "2")});
  const MessagePlace next{tests::message_id(1), 1, 3_index};
  cut["next_cursor"] = write_cursor(next, kAsked);
  const auto merged = merge_messages(
      {message(1, {event(2, 1, "t0")}), cut, message(1, {event(0, 7, "t5", "0")})}, kAsked);
  EXPECT_EQ(order_of(merged), "t1:1 t2:2 t5:0 ");
  EXPECT_EQ(read_cursor(std::string(merged.at("next_cursor").as_string()), kAsked).value(), next);
}

TEST(MergeMessagesTest, APageHasAsManyEventsAsAnAnswerMayHave) {
  std::vector<json::object> many;
  for (std::size_t i = 0; i < projector::kMaxEvents; ++i) many.push_back(event(0, i, "t1"));
  const auto merged = merge_messages({message(1, many), message(1, {event(1, 0, "t2")})}, kAsked);
  EXPECT_EQ(merged.at("events").as_array().size(), projector::kMaxEvents);
  const MessagePlace next{tests::message_id(1), 1, 0_index};
  EXPECT_EQ(read_cursor(std::string(merged.at("next_cursor").as_string()), kAsked).value(), next);
}

TEST(MergeMessageListsTest, TellsEachMessageOnceNewestFirstAndAsManyAsWereAskedFor) {
  const auto list = [](std::vector<json::object> messages) {
    json::object out;
    out["rfc5322_message_id"] = "<1@x>";
    json::array all;
    for (json::object& one : messages) all.push_back(std::move(one));
    out["messages"] = std::move(all);
    return out;
  };
  const PartialAnswers parts{
      list({message(5, {event(0, 1, "t1", "a")}), message(2, {event(0, 2, "t1")})}),
      list({message(7, {event(1, 1, "t1")}), message(5, {event(1, 2, "t0", "b")}),
            object(R"({"events":[]})"), object(R"({"message_id":5})")}),
      object(R"({"messages":true})"),
      object(R"({"messages":[null,[]]})"),
  };
  const auto ids = [&](std::size_t limit) {
    std::string out;
    const auto merged = merge_message_lists(parts, limit, kAsked);
    for (const auto& one : merged.at("messages").as_array()) {
      for (const int number : {2, 5, 7}) {
        if (std::string(one.at("message_id").as_string()) == id_of(number))
          out += std::to_string(number);
      }
    }
    return out + (merged.contains("next_cursor") ? "+" : "");
  };
  EXPECT_EQ(ids(10), "752");
  EXPECT_EQ(ids(3), "752");
  EXPECT_EQ(ids(2), "75+");
  EXPECT_EQ(ids(1), "7+");
  const auto merged = merge_message_lists(parts, 10, kAsked);
  EXPECT_EQ(merged.at("rfc5322_message_id"), "<1@x>");
  EXPECT_EQ(order_of(merged.at("messages").at(1).as_object()), "t0:b t1:a ");
}

TEST(MergeCountersTest, SumsHourByHour) {
  const auto merged = merge_counters({
      object(R"({"domain":"example.org","hours":[{"hour":"h2","accepted":1,"octets":10}],
                 "total":{"accepted":1,"octets":10}})"),
      object(R"({"domain":"example.org","hours":[{"hour":"h1","bounced":4},
                 {"hour":"h2","accepted":2,"octets":18446744073709551600}],"total":{}})"),
      object(R"({"hours":[null,{"accepted":9},{"hour":7,"accepted":9},
                 {"hour":"h2","accepted":"many","dropped":-1}]})"),
      object(R"({"hours":"none"})"),
  });
  EXPECT_EQ(merged.at("domain"), "example.org");
  const auto& hours = merged.at("hours").as_array();
  ASSERT_EQ(hours.size(), 2U);
  EXPECT_EQ(hours[0].at("hour"), "h1");
  EXPECT_EQ(hours[0].at("bounced"), 4);
  EXPECT_EQ(hours[0].at("accepted"), 0);
  EXPECT_EQ(hours[1].at("hour"), "h2");
  EXPECT_EQ(hours[1].at("accepted"), 3);
  EXPECT_EQ(hours[1].at("dropped"), 0);
  EXPECT_EQ(hours[1].at("octets"), 18'446'744'073'709'551'610U);
  EXPECT_EQ(merged.at("total").at("accepted"), 3);
  EXPECT_EQ(merged.at("total").at("bounced"), 4);
}

TEST(MergeCountersTest, CountsNothingWhereNobodySawAnything) {
  const auto merged = merge_counters({object(R"({"hours":[]})"), object(R"({"hours":[]})")});
  EXPECT_TRUE(merged.at("hours").as_array().empty());
  EXPECT_EQ(merged.at("total").as_object().size(), projector::kCounts);
  EXPECT_EQ(merged.at("total").at("in_doubt"), 0);
}

TEST(MergeTest, ASinglePartComesBackAsItIs) {
  const auto part = object(R"({"entries":[3],"messages":1,"hours":{},"events":null,"more":[]})");
  EXPECT_EQ(merge_histories({part}, question(1)), part);
  EXPECT_EQ(merge_messages({part}, kAsked), part);
  EXPECT_EQ(merge_message_lists({part}, 1, kAsked), part);
  EXPECT_EQ(merge_counters({part}), part);
}

}  // namespace
}  // namespace waybill::query
