#include "projector/views/counters.h"

#include <gtest/gtest.h>

#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using tests::EventLog;
using tests::FoldedViews;
using tests::kLogStart;
using tests::kSecond;
namespace pb = schemas::pb;

constexpr std::uint64_t kHourOfSeconds = 3600;

runtime::WallTime after_start(std::uint64_t seconds) {
  return schemas::wall_time(kLogStart + seconds * kSecond);
}

std::vector<HourCounters> all_hours(const FoldedViews& views, std::string_view domain) {
  return views.history()
      .counters(domain, runtime::WallTime(), runtime::WallTime::max(), schemas::Sight::all())
      .value();
}

std::uint64_t count(const HourCounters& hour, Count what) {
  return hour.counts[static_cast<std::size_t>(what)];
}

TEST(CountersTest, EveryOutcomeIsCountedOnceAndOctetsByAcceptance) {
  EventLog log;
  log.add(tests::accepted({}, 1000));
  log.add(tests::accepted({.message = 2, .delivery = 2}, 500));
  log.add(tests::forwarded({}));
  log.add(tests::rejected({}, pb::VERDICT_BY_POLICY));
  log.add(tests::rejected({}, pb::VERDICT_BY_POLICY));
  log.add(tests::rejected({}, pb::VERDICT_BY_NEXT_HOP));
  log.add(tests::deferred({}));
  log.add(tests::dropped({}));
  log.add(tests::in_doubt({}));
  log.add(tests::bounced({}, pb::BOUNCE_CLASS_HARD));
  log.add(tests::bounced({}, pb::BOUNCE_CLASS_DELIVERED));
  const FoldedViews views(log);
  const auto hours = all_hours(views, "forward.test");
  ASSERT_EQ(hours.size(), 1u);
  EXPECT_EQ(hours[0].hour, after_start(0));
  const struct {
    Count what;
    std::uint64_t expected;
  } cases[] = {
      {Count::accepted, 2},
      {Count::forwarded, 1},
      {Count::rejected_by_policy, 2},
      {Count::deferred, 1},
      {Count::rejected_by_next_hop, 1},
      {Count::dropped, 1},
      {Count::in_doubt, 1},
      {Count::bounced, 1},
      {Count::octets, 1500},
  };
  for (const auto& c : cases) EXPECT_EQ(count(hours[0], c.what), c.expected) << name_of(c.what);
}

TEST(CountersTest, DomainsAreCountedApart) {
  EventLog log;
  log.add(tests::forwarded({.domain = "a.test"}));
  log.add(tests::forwarded({.domain = "b.test"}));
  log.add(tests::forwarded({.domain = "b.test"}));
  log.add(tests::rejected({.domain = ""}, pb::VERDICT_BY_POLICY));
  const FoldedViews views(log);
  EXPECT_EQ(count(all_hours(views, "a.test").at(0), Count::forwarded), 1u);
  EXPECT_EQ(count(all_hours(views, "b.test").at(0), Count::forwarded), 2u);
  EXPECT_EQ(count(all_hours(views, "").at(0), Count::rejected_by_policy), 1u);
  EXPECT_TRUE(all_hours(views, "c.test").empty());
}

TEST(CountersTest, HoursBeginOnTheHourAndAreAscending) {
  EventLog log;
  for (const std::uint64_t second : {2 * kHourOfSeconds, kHourOfSeconds - 1, kHourOfSeconds}) {
    schemas::Event event = tests::forwarded({});
    event.set_occurred_at(kLogStart + second * kSecond);
    log.add(event);
  }
  const FoldedViews views(log);
  const auto hours = all_hours(views, "forward.test");
  ASSERT_EQ(hours.size(), 3u);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(hours[i].hour, after_start(i * kHourOfSeconds));

  const auto between = [&](std::uint64_t from, std::uint64_t to) {
    return views.history()
        .counters("forward.test", after_start(from), after_start(to), schemas::Sight::all())
        .value()
        .size();
  };
  EXPECT_EQ(between(0, 3 * kHourOfSeconds), 3u);
  EXPECT_EQ(between(1, 2 * kHourOfSeconds), 1u);
  EXPECT_EQ(between(1, 2 * kHourOfSeconds + 1), 2u);
  EXPECT_EQ(between(kHourOfSeconds, kHourOfSeconds), 0u);
  EXPECT_EQ(between(2 * kHourOfSeconds, 0), 0u);
}

TEST(CountersTest, WhatIsNoMailIsNotCounted) {
  schemas::Event event = tests::envelope({});
  event.mutable_control()->set_subject("domain");
  EventLog log;
  log.add(event);
  EXPECT_TRUE(all_hours(FoldedViews(log), "forward.test").empty());
}

TEST(CountersTest, ARowOfAnotherSizeIsCorrupt) {
  EventLog log;
  log.add(tests::forwarded({}));
  FoldedViews views(log);
  WriteBatch batch;
  batch.put(Table::counters, counters_key("forward.test", 1), "short");
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(views.history()
                .counters("forward.test", runtime::WallTime(), runtime::WallTime::max(),
                          schemas::Sight::all())
                .error(),
            Errc::corrupt);
}

}  // namespace
}  // namespace waybill::projector
