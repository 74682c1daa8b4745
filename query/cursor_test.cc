#include "query/cursor.h"

#include <gtest/gtest.h>

#include <functional>

#include "runtime/base64url.h"
#include "schemas/event.h"
#include "tests/support/ordinals.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

projector::HistoryQuestion question() {
  projector::HistoryQuestion out;
  out.address = "sales@example.org";
  out.from = schemas::wall_time(1'000);
  out.kinds = {"bounced", "rejected"};
  return out;
}

const HistoryPlace kPlace{schemas::wall_time(1'772'366'400'123'456'789), 3, 42_index};

TEST(CursorTest, ComesBackAsItWent) {
  const auto back = read_cursor(write_cursor(kPlace, question()), question());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->time, kPlace.time);
  EXPECT_EQ(back->partition, kPlace.partition);
  EXPECT_EQ(back->index, kPlace.index);
}

TEST(CursorTest, IsGoodForAnotherPageSizeAndAnotherOrderOfKinds) {
  auto same = question();
  same.limit = 7;
  same.kinds = {"rejected", "bounced"};
  EXPECT_TRUE(read_cursor(write_cursor(kPlace, question()), same));
}

TEST(CursorTest, IsRefusedWithAnotherQuestion) {
  const auto text = write_cursor(kPlace, question());
  const std::function<void(projector::HistoryQuestion&)> changes[] = {
      [](auto& q) { q.address = "sales@example.net"; },
      [](auto& q) { q.role = projector::Role::sender; },
      [](auto& q) { q.from.reset(); },
      [](auto& q) { std::swap(q.from, q.to); },
      [](auto& q) { q.to = schemas::wall_time(2'000); },
      [](auto& q) { q.kinds.pop_back(); },
      [](auto& q) { q.kinds = {"bouncedrejected"}; },
  };
  for (const auto& change : changes) {
    auto other = question();
    change(other);
    const auto read = read_cursor(text, other);
    ASSERT_FALSE(read);
    EXPECT_EQ(runtime::errc_of(read.error()), runtime::Errc::refused);
  }
}

TEST(CursorTest, BelongsToTheSpellingsThatWereMeant) {
  const projector::Spellings all[] = {{true, true}, {true, false}, {false, true}, {false, false}};
  auto asked = question();
  asked.role = projector::Role::target;
  for (const auto& one : all) {
    asked.spellings = one;
    const auto text = write_cursor(kPlace, asked);
    for (const auto& other : all) {
      asked.spellings = other;
      EXPECT_EQ(read_cursor(text, asked).has_value(), one == other);
    }
  }
}

TEST(CursorTest, RefusesWhatItNeverWrote) {
  const auto good = write_cursor(kPlace, question());
  auto other_version = *runtime::from_base64url(good);
  other_version[0] = 1;
  for (const auto& text : {std::string(), std::string("x"), good + "A", good.substr(1),
                           good + "==", runtime::to_base64url(other_version)}) {
    const auto read = read_cursor(text, question());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(runtime::errc_of(read.error()), runtime::Errc::invalid) << text;
  }
}

// Each of them with one letter changed, wherever it is, is none of ours.
TEST(CursorTest, OneThatWasDamagedIsNone) {
  const MessagePlace message{*schemas::MessageId::from_bytes(std::string(16, 'm')), 3, 42_index};
  const EventsPlace events{{0, 42_index}, {300, 1'000'000_index}};
  const std::string asked = "asked";
  const auto reads = [&](const std::string& text) {
    return read_cursor(text, question()).has_value() || read_cursor(text, asked).has_value() ||
           read_index_cursor(text, asked).has_value() ||
           read_events_cursor(text, asked).has_value();
  };
  for (const auto& good : {write_cursor(kPlace, question()), write_cursor(message, asked),
                           write_cursor(42_index, asked), write_cursor(events, asked)}) {
    ASSERT_TRUE(reads(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const char letter : std::string_view("Aa0_z")) {
        auto damaged = good;
        damaged[at] = letter;
        EXPECT_TRUE(damaged == good || !reads(damaged)) << good << " " << damaged;
      }
    }
  }
}

}  // namespace
}  // namespace waybill::query
