#include "query/peer_parts.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

namespace json = boost::json;

constexpr char kAsked[] = "the question";

PeerSaid said(std::string_view text) {
  return {json::parse(text).as_object(), {2, 3}, text.size()};
}

projector::HistoryQuestion question() {
  projector::HistoryQuestion out;
  out.address = "ann@example.com";
  out.role = projector::Role::sender;
  return out;
}

std::string entries(const std::string& list, const std::string& cursor = "") {
  return R"({"entries":[)" + list + "]" +
         (cursor.empty() ? "" : R"(,"next_cursor":")" + cursor + '"') + "}";
}

constexpr char kEntry[] =
    R"({"time":"2026-03-01T12:00:01Z","partition":3,"index":7,"kind":"of a newer release"})";
const HistoryPlace kEntryPlace{*schemas::parse_rfc3339("2026-03-01T12:00:01Z"), 3, 7_index};

TEST(PeerPartsTest, AnEntryIsToldOnAsItWasSaid) {
  const auto part = read_history_part(said(entries(kEntry)), question());
  ASSERT_TRUE(part);
  ASSERT_EQ(part->lines.size(), 1U);
  EXPECT_EQ(part->lines[0].place, kEntryPlace);
  EXPECT_EQ(std::get<json::object>(part->lines[0].entry), json::parse(kEntry).as_object());
  EXPECT_FALSE(part->next);
}

TEST(PeerPartsTest, AHistoryGoesOnAtItsCursorOrAtItsLastEntry) {
  const HistoryPlace next{schemas::wall_time(5), 1, 4_index};
  const auto cursor = write_cursor(next, question());
  EXPECT_EQ(read_history_part(said(entries("", cursor)), question())->next, next);
  EXPECT_EQ(read_history_part(said(entries(kEntry, "AAAA")), question())->next, kEntryPlace);
  // It has more, and nobody can say from where on.
  EXPECT_FALSE(read_history_part(said(entries("", "AAAA")), question()));
}

TEST(PeerPartsTest, AHistoryOfAnotherFormIsNone) {
  for (const char* const text : {
           R"({})",
           R"({"entries":7})",
           R"({"entries":{"time":"2026-03-01T12:00:01Z"}})",
           R"({"entries":[null]})",
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
       }) {
    EXPECT_FALSE(read_history_part(said(text), question())) << text;
  }
}

std::string message(const std::string& events, const std::string& cursor = "") {
  return R"({"message_id":")" + tests::message_id(1).text() + R"(","events":[)" + events + "]" +
         (cursor.empty() ? "" : R"(,"next_cursor":")" + cursor + '"') + "}";
}

constexpr char kEvent[] =
    R"({"occurred_at":"2026-03-01T12:00:01Z","event_id":"b","partition":3,"index":7})";
constexpr char kOlderEvents[] =
    R"({"occurred_at":"2026-03-01T12:00:02Z"},{"occurred_at":"2026-03-01T12:00:01Z"})";

TEST(PeerPartsTest, AnEventHasItsPlaceAndItsTime) {
  const std::string text = message(kEvent);
  const auto part = read_message_part(said(text), kAsked);
  ASSERT_TRUE(part);
  ASSERT_EQ(part->lines.size(), 1U);
  const EventLine& line = part->lines[0];
  EXPECT_EQ(line.place, (MessagePlace{tests::message_id(1), 3, 7_index}));
  EXPECT_EQ(line.time, *schemas::parse_rfc3339("2026-03-01T12:00:01Z"));
  EXPECT_EQ(line.event_id, "b");
  EXPECT_EQ(line.octets, text.size() / 3);
}

// The release before told events without their place, which left them out of what was merged.
TEST(PeerPartsTest, EventsOfTheReleaseBeforeStandInTheirOrder) {
  const std::string list = R"({"messages":[)" + message(kOlderEvents) + "]}";
  for (const auto& part : {read_message_part(said(message(kOlderEvents)), kAsked),
                           read_messages_part(said(list), kAsked)}) {
    ASSERT_TRUE(part);
    ASSERT_EQ(part->lines.size(), 2U);
    EXPECT_EQ(part->lines[0].place, (MessagePlace{tests::message_id(1), 2, 0_index}));
    EXPECT_EQ(part->lines[1].place, (MessagePlace{tests::message_id(1), 2, 1_index}));
  }
}

TEST(PeerPartsTest, MessagesGoOnAtTheirCursorOrBehindTheirLastEvent) {
  const MessagePlace next{tests::message_id(2), 1, 4_index};
  const auto cursor = write_cursor(next, kAsked);
  EXPECT_EQ(read_message_part(said(message("", cursor)), kAsked)->next, next);
  EXPECT_EQ(read_message_part(said(message(kEvent, "AAAA")), kAsked)->next,
            (MessagePlace{tests::message_id(1), 3, 8_index}));
  EXPECT_FALSE(read_message_part(said(message("", "AAAA")), kAsked));
}

TEST(PeerPartsTest, MessagesOfAnotherFormAreNone) {
  for (const std::string& text :
       {std::string("{}"), message("1"), message(R"({"occurred_at":5})"),
        message(R"({"occurred_at":"2026-03-01T12:00:01Z","partition":3})"),
        std::string(R"({"message_id":"m","events":[]})")}) {
    EXPECT_FALSE(read_message_part(said(text), kAsked)) << text;
    EXPECT_FALSE(read_messages_part(said(R"({"messages":[)" + text + "]}"), kAsked)) << text;
  }
  EXPECT_FALSE(read_messages_part(said(R"({"messages":true})"), kAsked));
  EXPECT_FALSE(read_messages_part(said(R"({"messages":[null]})"), kAsked));
}

TEST(PeerPartsTest, CountersAreReadByTheirNames) {
  const auto part = read_counters_part(said(
      R"({"hours":[{"hour":"2026-03-01T12:00:00Z","accepted":3,"octets":18446744073709551615,
                    "of a newer release":1,"dropped":-1}]})"));
  ASSERT_TRUE(part);
  ASSERT_EQ(part->size(), 1U);
  EXPECT_EQ(part->begin()->first, *schemas::parse_rfc3339("2026-03-01T12:00:00Z"));
  projector::Counts counts{};
  counts[static_cast<std::size_t>(projector::Count::accepted)] = 3;
  counts[static_cast<std::size_t>(projector::Count::octets)] = ~std::uint64_t{0};
  EXPECT_EQ(part->begin()->second, counts);
  for (const char* const text : {"{}", R"({"hours":"none"})", R"({"hours":[null]})",
                                 R"({"hours":[{"accepted":9}]})", R"({"hours":[{"hour":7}]})"}) {
    EXPECT_FALSE(read_counters_part(said(text))) << text;
  }
}

TEST(PeerPartsTest, ADeliveryIsToldOnAsItWasSaid) {
  const auto part = read_delivery_part(said(R"({"delivery_id":"d","state":"of a newer release"})"));
  ASSERT_TRUE(part);
  EXPECT_EQ(std::get<json::object>(*part).at("state"), "of a newer release");
  EXPECT_FALSE(read_delivery_part(said("{}")));
}

}  // namespace
}  // namespace waybill::query
