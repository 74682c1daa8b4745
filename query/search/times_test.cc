// Times as a reader's clock shows them. Now is 2026-03-11 13:00 in Berlin.
#include <gtest/gtest.h>

#include "query/search/parse.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

struct Ends {
  std::string from;  // UTC; empty: open
  std::string to;
};

std::string to_the_second(runtime::WallTime at) { return schemas::rfc3339(at).substr(0, 19); }

Ends ends_of_text(const std::string& text, const Context& context) {
  const Parsed parsed = parse(text, context);
  Ends out;
  const auto* const query = std::get_if<Query>(&parsed);
  if (query == nullptr) {
    const auto* const refusal = std::get_if<Refusal>(&parsed);
    return {refusal == nullptr ? "" : std::string(word_of(refusal->wrong)), ""};
  }
  EXPECT_EQ(query->reach, Reach::as_said) << text;
  for (const Condition& condition : query->all_of) {
    for (const Term& term : condition.any_of) {
      if (const auto* const from = std::get_if<FromTimeTerm>(&term)) {
        out.from = to_the_second(from->at);
      }
      if (const auto* const to = std::get_if<ToTimeTerm>(&term)) out.to = to_the_second(to->at);
    }
  }
  EXPECT_EQ(complaint(text, context), "") << text;
  return out;
}

struct TimeAsked {
  std::string text;
  std::string from;
  std::string to;
};

void expect_times(const std::vector<TimeAsked>& cases,
                  const Context& context = reader_in_berlin()) {
  for (const TimeAsked& one : cases) {
    const Ends ends = ends_of_text(one.text, context);
    EXPECT_EQ(ends.from, one.from) << one.text;
    EXPECT_EQ(ends.to, one.to) << one.text;
  }
}

TEST(TimesTest, DatesAreTheReaders) {
  expect_times({
      {"after:2026-03-01", "2026-02-28T23:00:00", ""},
      {"after:2026/03/01", "2026-02-28T23:00:00", ""},
      {"before:2026-03-01", "", "2026-02-28T23:00:00"},
      {"after:2026-03-01 before:2026-03-02", "2026-02-28T23:00:00", "2026-03-01T23:00:00"},
      {"after:2026-03-01T14:30", "2026-03-01T13:30:00", ""},
      {"after:2026-03-01T9:30", "2026-03-01T08:30:00", ""},
      {"after:\"2026-03-01 14:30:05\"", "2026-03-01T13:30:05", ""},
      {"after:2026-03-01T14:30Z", "2026-03-01T14:30:00", ""},
      {"after:2026-03-01T14:30-05:00", "2026-03-01T19:30:00", ""},
      {"since:2026-03-01", "2026-02-28T23:00:00", ""},
      {"after:today", "2026-03-10T23:00:00", ""},
      {"after:yesterday before:today", "2026-03-09T23:00:00", "2026-03-10T23:00:00"},
      {"around:2026-03-01", "2026-02-28T23:00:00", "2026-03-01T23:00:00"},
      {"around:2026-03-01T14:30", "2026-03-01T13:15:00", "2026-03-01T13:45:00"},
  });
}

TEST(TimesTest, ATimeOfDayIsTheLastOne) {
  expect_times({
      {"around:12:30", "2026-03-11T11:15:00", "2026-03-11T11:45:00"},
      {"around:14:30", "2026-03-10T13:15:00", "2026-03-10T13:45:00"},
      {"after:13:00", "2026-03-11T12:00:00", ""},
      {"after:13:01", "2026-03-10T12:01:00", ""},
  });
}

TEST(TimesTest, DistancesCountFromNow) {
  expect_times({
      {"since:24h", "2026-03-10T12:00:00", ""},
      {"newer_than:7d", "2026-03-04T12:00:00", ""},
      {"newer:90min", "2026-03-11T10:30:00", ""},
      {"since:30s", "2026-03-11T11:59:30", ""},
      {"older_than:2w", "", "2026-02-25T12:00:00"},
      {"older_than:1y", "", "2025-03-11T12:00:00"},
      {"newer_than:2d older_than:1d", "2026-03-09T12:00:00", "2026-03-10T12:00:00"},
      {"since:100y", "1970-01-01T00:00:00", ""},
  });
}

TEST(TimesTest, OtherZones) {
  Context kolkata = reader_in_berlin();
  kolkata.utc_offset = std::chrono::minutes(330);
  expect_times(
      {{"after:2026-03-01", "2026-02-28T18:30:00", ""}, {"after:today", "2026-03-10T18:30:00", ""}},
      kolkata);
  Context hawaii = reader_in_berlin();
  hawaii.utc_offset = std::chrono::minutes(-600);
  expect_times(
      {{"after:2026-03-01", "2026-03-01T10:00:00", ""}, {"after:today", "2026-03-11T10:00:00", ""}},
      hawaii);
  // No zone is a day away: such an offset is a mistake, and UTC is not.
  Context nowhere = reader_in_berlin();
  nowhere.utc_offset = std::chrono::minutes(24 * 60);
  expect_times({{"after:2026-03-01", "2026-03-01T00:00:00", ""}}, nowhere);
}

TEST(TimesTest, WhatIsNoTimeIsRefused) {
  expect_times({
      {"after:2026-02-30", "bad_time", ""},
      {"after:2026-13-01", "bad_time", ""},
      {"after:25:00", "bad_time", ""},
      {"after:01/03/2026", "bad_time", ""},
      {"after:1969-12-31", "bad_time", ""},
      {"after:2262-01-01", "bad_time", ""},
      {"after:soon", "bad_time", ""},
      {"since:0h", "bad_time", ""},
      {"since:101y", "bad_time", ""},
      {"since:99999999999999999999h", "bad_time", ""},
      {"since:5", "bad_time", ""},
      {"since:-5h", "bad_time", ""},
      {"newer_than:2m", "bad_time", ""},
      {"after:2026-03-02 before:2026-03-02", "no_span", ""},
      {"before:2026-03-01 after:2026-03-02", "no_span", ""},
      {"after:2026-03-01 since:24h", "twice", ""},
      {"before:2026-03-01 around:14:30", "twice", ""},
  });
}

std::string instead_of(const std::string& text) {
  const Parsed parsed = parse(text, reader_in_berlin());
  const auto* const refusal = std::get_if<Refusal>(&parsed);
  return refusal == nullptr ? "not refused" : refusal->try_instead;
}

TEST(TimesTest, TheFieldThatTakesItIsNamed) {
  EXPECT_EQ(instead_of("after:24h"), "since:24h");
  EXPECT_EQ(instead_of("before:7d"), "older_than:7d");
  EXPECT_EQ(instead_of("newer:2026-03-01"), "after:2026-03-01");
  EXPECT_EQ(instead_of("older_than:2026-03-01"), "before:2026-03-01");
  EXPECT_EQ(instead_of("since:5m"), "since:5min");
  EXPECT_EQ(instead_of("older_than:2m"), "older_than:60d");
  EXPECT_EQ(instead_of("ann after:2026-03-01 since:24h"), "ann after:2026-03-01");
}

std::string canonical_of(const std::string& text, const Context& context) {
  const Parsed parsed = parse(text, context);
  return std::get<Query>(parsed).canonical;
}

TEST(TimesTest, TheCanonicalTextSaysTheOffset) {
  const Context berlin = reader_in_berlin();
  EXPECT_EQ(canonical_of("after:2026-03-01", berlin), "after:2026-03-01T00:00+01:00");
  EXPECT_EQ(canonical_of("before:2026-03-01T10:00:05.250Z", berlin),
            "before:2026-03-01T11:00:05.25+01:00");
  Context utc = berlin;
  utc.utc_offset = std::chrono::minutes(0);
  EXPECT_EQ(canonical_of("after:2026-03-01", utc), "after:2026-03-01T00:00Z");
  // Opened by a reader elsewhere the text shows the same rows.
  EXPECT_EQ(canonical_of("after:2026-03-01T00:00+01:00", utc), "after:2026-02-28T23:00Z");
  Context west = berlin;
  west.utc_offset = std::chrono::minutes(-210);
  EXPECT_EQ(canonical_of("after:2026-03-01", west), "after:2026-03-01T00:00-03:30");
}

TEST(TimesTest, ADistanceStaysOneAndCanBePinned) {
  const Parsed parsed = parse("since:1d older_than:60min", reader_in_berlin());
  const auto& query = std::get<Query>(parsed);
  EXPECT_EQ(query.canonical, "since:24h older_than:1h");
  EXPECT_EQ(query.pinned, "after:2026-03-10T13:00+01:00 before:2026-03-11T12:00+01:00");
  EXPECT_EQ(query.chips.front().text, "2026-03-10 13:00 (UTC+01:00)");
}

}  // namespace
}  // namespace waybill::query::search
