#include "projector/history.h"

#include <gtest/gtest.h>

#include <set>

#include "projector/archive/archive_key.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using tests::EventLog;
using tests::FoldedViews;
using tests::kLogStart;
using tests::kSecond;

constexpr char kAlias[] = "shop@forward.test";

HistoryQuestion of_alias(std::size_t limit = 50) {
  HistoryQuestion question;
  question.address = kAlias;
  question.limit = limit;
  return question;
}

runtime::WallTime at(std::uint64_t second) {
  return schemas::wall_time(kLogStart + second * kSecond);
}

// Acceptances of one alias, a second apart.
EventLog acceptances(unsigned count) {
  EventLog log;
  for (unsigned i = 1; i <= count; ++i) log.add(tests::accepted({.message = i, .delivery = i}));
  return log;
}

std::vector<std::uint64_t> indexes(const Page& page) {
  std::vector<std::uint64_t> out;
  for (const TimelineEntry& entry : page.entries) out.push_back(entry.index.value());
  return out;
}

TEST(HistoryTest, TriesAreToldPageByPageEachOnce) {
  EventLog log;
  for (unsigned i = 1; i <= 5; ++i) log.add(tests::deferred({.message = i, .delivery = i}));
  const FoldedViews views(log);
  TriesPlace place;
  std::vector<std::string> told;
  for (const std::size_t expected : {2u, 2u, 1u, 0u}) {
    const auto page = views.history().tries_behind(place, at(100), 2);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->events.size(), expected);
    EXPECT_EQ(page->more, expected == 2 && told.size() < 3);
    for (const auto& event : page->events) told.push_back(event.delivery_id());
    place = page->next;
  }
  ASSERT_EQ(told.size(), 5u);
  for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(told[i], tests::delivery_id(i + 1).bytes());
}

TEST(HistoryTest, ATryOfARelayWhoseClockIsAheadIsToldAndHidesNoOther) {
  constexpr std::uint64_t kThreeHours = 3 * 3'600;
  EventLog log;
  const auto add = [&log](unsigned number, std::uint64_t second) {
    auto event = tests::deferred({.message = number, .delivery = number});
    event.set_occurred_at(kLogStart + second * kSecond);
    log.add(std::move(event));
  };
  add(1, kThreeHours);
  FoldedViews views(log);
  const auto page = views.history().tries_behind({}, at(0), 10);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events.size(), 1u);
  add(2, 1);
  views.fold(log);
  const auto later = views.history().tries_behind(page->next, at(2), 10);
  ASSERT_TRUE(later);
  ASSERT_EQ(later->events.size(), 1u);
  EXPECT_EQ(later->events[0].delivery_id(), tests::delivery_id(2).bytes());
}

TEST(HistoryTest, ATimelineIsNewestFirst) {
  const FoldedViews views(acceptances(3));
  const Page page = views.history().timeline(of_alias(), schemas::Sight::all()).value();
  EXPECT_EQ(indexes(page), (std::vector<std::uint64_t>{2, 1, 0}));
  EXPECT_FALSE(page.next);
}

TEST(HistoryTest, AnAddressWithoutHistoryGivesAnEmptyPage) {
  const FoldedViews views(acceptances(3));
  const Page page = views.timeline(Role::alias, "nobody@forward.test");
  EXPECT_TRUE(page.entries.empty());
  EXPECT_FALSE(page.next);
}

TEST(HistoryTest, ALimitOutsideItsBoundsIsRefused) {
  const FoldedViews views;
  EXPECT_EQ(views.history().timeline(of_alias(0), schemas::Sight::all()).error(), Errc::invalid);
  EXPECT_EQ(views.history().timeline(of_alias(kMaxPage + 1), schemas::Sight::all()).error(),
            Errc::invalid);
  EXPECT_TRUE(views.history().timeline(of_alias(kMaxPage), schemas::Sight::all()));
}

TEST(HistoryTest, PagesHoldEveryEntryOnceForAnyLimit) {
  const FoldedViews views(acceptances(23));
  for (const std::size_t limit : {1, 2, 5, 22, 23, 24, 500}) {
    HistoryQuestion question = of_alias(limit);
    std::vector<std::uint64_t> seen;
    for (;;) {
      const Page page = views.history().timeline(question, schemas::Sight::all()).value();
      ASSERT_FALSE(page.entries.empty()) << "a page after the last one";
      ASSERT_LE(page.entries.size(), limit);
      for (const std::uint64_t index : indexes(page)) seen.push_back(index);
      if (!page.next) break;
      question.after = page.next;
    }
    ASSERT_EQ(seen.size(), 23u) << limit;
    for (std::uint64_t i = 0; i < 23; ++i) EXPECT_EQ(seen[i], 22 - i) << limit;
  }
}

TEST(HistoryTest, PagesHoldEveryEntryOnceThoughNewEventsArriveBetweenThem) {
  EventLog log = acceptances(20);
  FoldedViews views(log);
  HistoryQuestion question = of_alias(3);
  std::multiset<std::uint64_t> seen;
  for (unsigned arrived = 100;; ++arrived) {
    const Page page = views.history().timeline(question, schemas::Sight::all()).value();
    for (const std::uint64_t index : indexes(page)) seen.insert(index);
    if (!page.next) break;
    question.after = page.next;
    log.add(tests::accepted({.message = arrived, .delivery = arrived}));
    views.fold(log);
  }
  EXPECT_EQ(seen.size(), 20u);
  for (std::uint64_t i = 0; i < 20; ++i) EXPECT_EQ(seen.count(i), 1u) << i;
}

TEST(HistoryTest, EventsOfOneMomentAreAllThereOverPages) {
  EventLog log;
  for (unsigned i = 1; i <= 5; ++i) {
    schemas::Event event = tests::accepted({.message = i, .delivery = i});
    event.set_occurred_at(kLogStart);
    log.add(event);
  }
  const FoldedViews views(log);
  HistoryQuestion question = of_alias(2);
  std::vector<std::uint64_t> seen;
  do {
    const Page page = views.history().timeline(question, schemas::Sight::all()).value();
    for (const std::uint64_t index : indexes(page)) seen.push_back(index);
    question.after = page.next;
  } while (question.after);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{4, 3, 2, 1, 0}));
}

TEST(HistoryTest, FromIsInclusiveAndToExclusive) {
  const FoldedViews views(acceptances(5));
  const struct {
    std::optional<runtime::WallTime> from, to;
    std::vector<std::uint64_t> expected;
  } cases[] = {
      {at(1), at(3), {2, 1}},
      {at(3), {}, {4, 3}},
      {{}, at(1), {0}},
      {{}, at(0), {}},
      {at(2), at(2), {}},
      {at(3), at(1), {}},
      {runtime::WallTime::min(), runtime::WallTime::max(), {4, 3, 2, 1, 0}},
      {{}, runtime::WallTime(), {}},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    HistoryQuestion question = of_alias();
    question.from = cases[i].from;
    question.to = cases[i].to;
    EXPECT_EQ(indexes(views.history().timeline(question, schemas::Sight::all()).value()),
              cases[i].expected)
        << i;
    question.after = TimelineCursor{at(3), 3_index};
    std::vector<std::uint64_t> later;
    for (const std::uint64_t index : cases[i].expected) {
      if (index < 3) later.push_back(index);
    }
    EXPECT_EQ(indexes(views.history().timeline(question, schemas::Sight::all()).value()), later)
        << i << " after 3";
  }
}

TEST(HistoryTest, OnlyTheKindsAskedForAndNoPageAfterTheLastOfThem) {
  EventLog log;
  for (unsigned i = 1; i <= 6; ++i) {
    log.add(tests::accepted({.message = i, .delivery = i}));
    log.add(i % 3 == 0 ? tests::deferred({.message = i, .delivery = i})
                       : tests::forwarded({.message = i, .delivery = i}));
  }
  const FoldedViews views(log);
  HistoryQuestion question = of_alias(2);
  question.kinds = {"deferred"};
  const Page page = views.history().timeline(question, schemas::Sight::all()).value();
  EXPECT_EQ(indexes(page), (std::vector<std::uint64_t>{11, 5}));
  EXPECT_FALSE(page.next);
  question.kinds = {"deferred", "forwarded"};
  EXPECT_EQ(indexes(views.history().timeline(question, schemas::Sight::all()).value()),
            (std::vector<std::uint64_t>{11, 9}));
  question.kinds = {"no such kind"};
  EXPECT_TRUE(views.history().timeline(question, schemas::Sight::all()).value().entries.empty());
}

TEST(HistoryTest, ASearchForRareKindsReadsABoundedNumberOfRowsAPage) {
  EventLog log;
  log.add(tests::bounced({}, schemas::pb::BOUNCE_CLASS_HARD));
  for (std::size_t i = 0; i < kMaxRowsRead; ++i) log.add(tests::dropped({.delivery = 2}));
  const FoldedViews views(log);
  HistoryQuestion question = of_alias();
  question.kinds = {"bounced"};
  const Page nothing = views.history().timeline(question, schemas::Sight::all()).value();
  EXPECT_TRUE(nothing.entries.empty());
  ASSERT_TRUE(nothing.next);
  question.after = nothing.next;
  const Page found = views.history().timeline(question, schemas::Sight::all()).value();
  EXPECT_EQ(indexes(found), (std::vector<std::uint64_t>{0}));
  EXPECT_FALSE(found.next);
}

TEST(HistoryTest, ARowOfAnotherAddressUnderTheSameHashIsNotShown) {
  FoldedViews views(acceptances(1));
  const struct {
    Role role;
    const char* is;
    const char* other;
  } cases[] = {{Role::alias, kAlias, "other@forward.test"},
               {Role::sender, "ann@origin.test", "bob@origin.test"},
               {Role::target, "owner@mailbox.test", "tenant@mailbox.test"}};
  for (const auto& c : cases) {
    const TimelinePrefix prefix = timeline_prefix(c.role, c.is);
    std::string row;
    ASSERT_TRUE(views.store().scan(Table::timeline, {prefix.data(), prefix.size()}, {},
                                   [&](std::string_view, std::string_view value) {
                                     row = value;
                                     return false;
                                   }));
    WriteBatch batch;
    batch.put(Table::timeline, timeline_key(timeline_prefix(c.role, c.other), 1, 0_index), row);
    ASSERT_TRUE(views.store().apply(batch));
    EXPECT_TRUE(views.timeline(c.role, c.other).entries.empty()) << c.other;
    EXPECT_EQ(views.timeline(c.role, c.is).entries.size(), 1u) << c.is;
  }
}

// Of 2,500 events every hundredth is of the spelling that is asked for.
EventLog spellings() {
  EventLog log;
  for (unsigned i = 0; i < 2'500; ++i) {
    log.add(tests::accepted({.sender = i % 100 == 0 ? "Ann@origin.test" : "ann+b@origin.test",
                             .message = i + 1,
                             .delivery = i + 1}));
  }
  return log;
}

TEST(HistoryTest, PagesOfOneSpellingHoldEachOfItsEntriesOnceWhateverIsBetweenThem) {
  const FoldedViews views(spellings());
  for (const std::size_t limit : {1, 7, 24, 25, 26, 500}) {
    HistoryQuestion question;
    question.role = Role::sender;
    question.address = "Ann@origin.test";
    question.spellings = kExactly;
    question.limit = limit;
    std::vector<std::uint64_t> seen;
    std::size_t pages = 0;
    do {
      const Page page = views.history().timeline(question, schemas::Sight::all()).value();
      ASSERT_LE(page.entries.size(), limit);
      for (const TimelineEntry& entry : page.entries) EXPECT_EQ(entry.sender, "Ann@origin.test");
      for (const std::uint64_t index : indexes(page)) seen.push_back(index);
      question.after = page.next;
      ++pages;
    } while (question.after);
    ASSERT_EQ(seen.size(), 25u) << limit;
    for (std::uint64_t i = 0; i < 25; ++i) EXPECT_EQ(seen[i], 2'400 - i * 100) << limit;
    // A page reads kMaxEventsRead at most, and no more of them than it needs.
    EXPECT_EQ(pages, limit == 1 ? 25u : limit == 7 ? 4u : 3u) << limit;
  }
}

TEST(HistoryTest, APageOfASpellingThatNobodyWroteEndsAndGoesOn) {
  const FoldedViews views(spellings());
  HistoryQuestion question;
  question.role = Role::sender;
  question.address = "ANN@origin.test";
  question.spellings = kExactly;
  const Page page = views.history().timeline(question, schemas::Sight::all()).value();
  EXPECT_TRUE(page.entries.empty());
  ASSERT_TRUE(page.next);
  EXPECT_EQ(page.next->index.value(), 2'499 - (kMaxEventsRead - 1));
}

TEST(HistoryTest, APageEndsWithTheLineThatFillsItsOctetsAndGoesOn) {
  EventLog log;
  for (unsigned i = 0; i < 300; ++i) {
    schemas::Event event = tests::accepted({.message = i + 1, .delivery = i + 1});
    for (unsigned target = 2; target <= 100; ++target) {
      tests::add_target(event, target, "owner@" + std::string(60, 'a') + ".test");
    }
    log.add(event);
  }
  const FoldedViews views(log);
  for (const auto& [role, address] :
       {std::pair(Role::alias, kAlias), std::pair(Role::sender, "ann@origin.test")}) {
    HistoryQuestion question;
    question.role = role;
    question.address = address;
    question.limit = kMaxPage;
    std::vector<std::uint64_t> seen;
    do {
      const Page page = views.history().timeline(question, schemas::Sight::all()).value();
      ASSERT_FALSE(page.entries.empty());
      std::size_t octets = 0;
      for (const TimelineEntry& entry : page.entries) octets += entry.target.size();
      EXPECT_LT(octets, 2 * kMaxPageOctets);
      for (const std::uint64_t index : indexes(page)) seen.push_back(index);
      question.after = page.next;
    } while (question.after);
    ASSERT_EQ(seen.size(), 300u);
    for (std::uint64_t i = 0; i < 300; ++i) EXPECT_EQ(seen[i], 299 - i);
  }
}

TEST(HistoryTest, ARowThatDoesNotReadIsCorrupt) {
  FoldedViews views(acceptances(1));
  WriteBatch batch;
  batch.put(Table::timeline, timeline_key(timeline_prefix(Role::alias, kAlias), 1, 1_index),
            "\x14\xff");
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(views.history().timeline(of_alias(), schemas::Sight::all()).error(), Errc::corrupt);
}

TEST(HistoryTest, ProgressSaysHowFreshAnAnswerIs) {
  const FoldedViews views(acceptances(3));
  const Progress progress = views.history().progress().value();
  EXPECT_EQ(progress.next_index, 3_index);
  EXPECT_EQ(progress.as_of, at(2));
  EXPECT_EQ(History(MemoryViewStore()).progress().value().next_index, 0_index);
}

TEST(HistoryTest, ADeliveryWhoseEventIsGoneIsCorrupt) {
  FoldedViews views(acceptances(1));
  WriteBatch batch;
  batch.erase(Table::archive, archive_key(0_index));
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(views.history().delivery(tests::delivery_id(1), schemas::Sight::all()).error(),
            Errc::corrupt);
  EXPECT_EQ(views.history().message(tests::message_id(1), schemas::Sight::all()).error(),
            Errc::corrupt);
}

// What was told before is told again as long as nothing was written, and not after.
TEST(HistoryTest, ItStandsWhereTheStoreDoes) {
  EventLog log = acceptances(3);
  FoldedViews views(log);
  const History& history = views.history();
  const auto stands = history.standing();
  ASSERT_TRUE(stands);
  EXPECT_EQ((*stands)->progress.next_index, 3_index);
  EXPECT_EQ((*stands)->progress.as_of, history.progress()->as_of);
  EXPECT_TRUE((*stands)->holes.empty());
  EXPECT_EQ(history.standing().value(), *stands) << "nothing was read for it";

  WriteBatch batch;
  Progress further = (*stands)->progress;
  further.next_index = 4_index;
  put_progress(batch, further);
  const ArchiveHoles holes{{1_index, 2_index, 7, 9}, {3_index, 4_index, 11, 0}};
  put_holes(batch, holes);
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(history.standing().value()->progress.next_index, 4_index);
  EXPECT_EQ(history.standing().value()->holes, holes);
  EXPECT_EQ(history.standing().value()->holes, history.holes().value());

  batch.clear();
  put_layout(batch, {kLayoutBeingRebuilt, 0});
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(history.standing().error(), Errc::temporary);

  EXPECT_EQ(History(MemoryViewStore()).standing().value()->progress.next_index, 0_index);
}

}  // namespace
}  // namespace waybill::projector
