#include "projector/projector.h"

#include <gtest/gtest.h>

#include "projector/archive/archive.h"
#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "projector/positions.h"
#include "projector/views/return_paths_key.h"
#include "runtime/crypto.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using tests::EventLog;
using tests::FoldedViews;

std::size_t archived(const ViewStore& store) {
  std::size_t rows = 0;
  EXPECT_TRUE(store.scan(Table::archive, {}, {}, [&](std::string_view, std::string_view) {
    ++rows;
    return true;
  }));
  return rows;
}

TEST(ProjectorTest, AFreshStoreStandsAtTheBeginning) {
  FoldedViews views;
  EXPECT_EQ(views.projector().progress().next_offset, 0_offset);
  EXPECT_EQ(views.projector().progress().next_index, 0_index);
  EXPECT_EQ(views.projector().progress().as_of, runtime::WallTime());
}

TEST(ProjectorTest, EventsRowsAndPositionGoInOneBatch) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  FoldedViews views(log);
  const Progress stored = read_progress(views.store()).value();
  EXPECT_EQ(stored.next_offset, 2_offset);
  EXPECT_EQ(stored.next_index, 2_index);
  EXPECT_EQ(stored.as_of, schemas::wall_time(tests::kLogStart + tests::kSecond));
  // One write for the layout when it was opened, one for both events.
  EXPECT_EQ(views.store().unsynced(), 2u);
  EXPECT_EQ(Archive(views.store()).at(1_index)->octets().value(), log.records()[1].value);
}

TEST(ProjectorTest, AsOfNeverGoesBack) {
  EventLog log;
  log.add(tests::accepted({}));
  schemas::Event early = tests::forwarded({});
  early.set_occurred_at(tests::kLogStart - tests::kSecond);
  log.add(early);
  FoldedViews views(log);
  EXPECT_EQ(views.projector().progress().as_of, schemas::wall_time(tests::kLogStart));
}

TEST(ProjectorTest, SkipsWhatANodeHasSentBefore) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  log.repeat(0_offset);
  log.repeat(1_offset);
  schemas::Event of_another_node = tests::accepted({.message = 2, .delivery = 2});
  of_another_node.set_node("mx2");
  of_another_node.set_node_seq(1);
  log.add(of_another_node);
  FoldedViews views(log);
  EXPECT_EQ(views.projector().progress().next_offset, 5_offset);
  EXPECT_EQ(views.projector().progress().next_index, 3_index);
  EXPECT_EQ(views.timeline(Role::alias, "shop@forward.test").entries.size(), 3u);
}

TEST(ProjectorTest, SkipsADuplicateAfterARestartToo) {
  EventLog log;
  log.add(tests::accepted({}));
  FoldedViews views(log);
  views.reopen();
  log.repeat(0_offset);
  views.fold(log);
  EXPECT_EQ(views.projector().progress().next_offset, 2_offset);
  EXPECT_EQ(archived(views.store()), 1u);
}

TEST(ProjectorTest, TakesANodesFirstEventWhateverItsNumber) {
  EventLog log;
  schemas::Event event = tests::accepted({});
  event.set_node("mx7");
  event.set_node_seq(0);
  log.add(event);
  event.set_node_seq(4711);
  log.add(event);
  FoldedViews views(log);
  EXPECT_EQ(views.projector().progress().next_index, 2_index);
}

TEST(ProjectorTest, KeepsWhatItCannotDecodeAndCountsIt) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add_raw("\xff\xff no event");
  log.add(tests::forwarded({}));
  FoldedViews views(log);
  EXPECT_EQ(views.projector().undecodable(), 1u);
  EXPECT_EQ(views.projector().progress().next_index, 3_index);
  EXPECT_EQ(views.store().get(Table::archive, archive_key(1_index)).value(), "\xff\xff no event");
  EXPECT_EQ(views.timeline(Role::alias, "shop@forward.test").entries.size(), 2u);
}

TEST(ProjectorTest, AnEventOfANewerWriterIsKeptAndFoldsToNothing) {
  const std::string before = FoldedViews().digest();
  EventLog log;
  log.add(tests::envelope({}));
  FoldedViews views(log);
  EXPECT_EQ(archived(views.store()), 1u);
  EXPECT_EQ(views.projector().undecodable(), 0u);
  EXPECT_EQ(views.digest(), before);
}

TEST(ProjectorTest, RefusesAGapAndFoldsNothingOfTheBatch) {
  const EventLog log = tests::mixed_log(1, 10);
  FoldedViews views;
  auto records = log.records();
  records.erase(records.begin() + 4);
  const std::string before = views.digest();
  EXPECT_EQ(views.projector().project(records).error(), Errc::corrupt);
  EXPECT_EQ(views.digest(), before);
  EXPECT_EQ(views.projector().progress().next_offset, 0_offset);
  views.fold(log);
  EXPECT_EQ(views.digest(), FoldedViews(log).digest());
}

TEST(ProjectorTest, RefusesARecordOfAnotherPartition) {
  FoldedViews views;
  EXPECT_EQ(views.projector().project({{1, 0_offset, "event"}}).error(), Errc::corrupt);
}

TEST(ProjectorTest, SkipsRecordsBelowItsPosition) {
  const EventLog log = tests::mixed_log(2, 30);
  FoldedViews views;
  ASSERT_TRUE(views.projector().project(log.records(0_offset, 20)));
  ASSERT_TRUE(views.projector().project(log.records(10_offset, 20)));
  ASSERT_TRUE(views.projector().project(log.records(0_offset, 30)));
  EXPECT_EQ(views.digest(), FoldedViews(log).digest());
}

// Every write fails once, in both ways a disk can fail; the same call is made again, as the role
// does when it starts anew.
TEST(ProjectorTest, AFailedWriteCostsNothingAndCountsNothingTwice) {
  const EventLog log = tests::mixed_log(3, 60);
  const std::string expected = FoldedViews(log).digest();
  for (const auto failure :
       {MemoryViewStore::Failure::not_stored, MemoryViewStore::Failure::stored}) {
    for (std::uint64_t n = 1; n <= 6; ++n) {
      FoldedViews views;
      views.store().fail_nth(n, failure);
      std::uint64_t failures = 0;
      for (std::uint64_t offset = 0; offset < log.size();) {
        const auto folded = views.projector().project(log.records(schemas::LogOffset(offset), 10));
        if (folded) {
          offset += 10;
        } else {
          EXPECT_EQ(folded.error(), Errc::io_error);
          ++failures;
        }
      }
      EXPECT_EQ(failures, 1u);
      EXPECT_EQ(views.digest(), expected);
    }
  }
}

// What became of one event after another journal, another clock, or a log that lost records.
class ProjectorNumbersTest : public ::testing::Test {
 protected:
  // The event of message `n`, numbered so by the journal of that id.
  schemas::Event event(unsigned n, std::uint32_t journal, std::uint64_t seq, int seconds = 0) {
    schemas::Event event = tests::accepted({.message = n, .delivery = n});
    event.set_event_id(tests::message_id(n).bytes());
    event.set_node("mx1");
    event.set_journal(journal);
    event.set_node_seq(seq);
    event.set_occurred_at(tests::kLogStart + seconds * tests::kSecond);
    return event;
  }
  // How many of `log` are kept, all in batches of `most`.
  std::uint64_t kept(const EventLog& log, std::size_t most = 1000) {
    MemoryViewStore store;
    auto projector = Projector::open(store, 0);
    EXPECT_TRUE(projector);
    for (std::uint64_t at = 0; at < log.size(); at += most) {
      EXPECT_TRUE((*projector)->project(log.records(schemas::LogOffset(at), most)));
    }
    late_ = (*projector)->late();
    shared_names_ = (*projector)->shared_names();
    return (*projector)->progress().next_index.value();
  }
  std::uint64_t late_ = 0;
  std::uint64_t shared_names_ = 0;
};

TEST_F(ProjectorNumbersTest, AJournalThatBeganAnewIsNoRepeatWhateverItsClock) {
  for (const int seconds : {0, 3600, -3600, 20 * 86400, -10 * 31'557'600}) {
    EventLog log;
    for (unsigned i = 1; i <= 20; ++i) log.add(event(i, 0xaa, i));
    for (unsigned i = 1; i <= 20; ++i) log.add(event(100 + i, 0xbb, i, seconds));
    EXPECT_EQ(kept(log), 40u) << seconds;
    EXPECT_EQ(late_, 0u);
    EXPECT_EQ(shared_names_, 0u) << "one follows the other";
  }
}

TEST_F(ProjectorNumbersTest, RepeatsOfTheJournalBeforeAreRepeatsStill) {
  for (const std::size_t most : {1, 3, 1000}) {
    EventLog log;
    for (unsigned i = 1; i <= 20; ++i) log.add(event(i, 0xaa, i));
    for (unsigned i = 1; i <= 5; ++i) log.add(event(100 + i, 0xbb, i));
    for (unsigned i = 1; i <= 20; ++i) log.repeat(schemas::LogOffset(i - 1));
    EXPECT_EQ(kept(log, most), 25u);
    EXPECT_EQ(shared_names_, 0u);
  }
}

// Old relays give their journals no id; their clocks say nothing either.
TEST_F(ProjectorNumbersTest, NumbersGivenAgainWithoutAnIdAreKeptToo) {
  for (const int seconds : {0, -3600}) {
    EventLog log;
    for (unsigned i = 1; i <= 20; ++i) log.add(event(i, 0, i));
    for (unsigned i = 1; i <= 20; ++i) log.add(event(100 + i, 0, i, seconds));
    log.repeat(0_offset);
    log.repeat(20_offset);
    EXPECT_EQ(kept(log), 40u);
    EXPECT_EQ(late_, 20u);
  }
}

TEST_F(ProjectorNumbersTest, WhatALogLostAndGotAgainBehindLaterOnesIsKeptOnce) {
  for (const std::size_t most : {1, 7, 1000}) {
    EventLog log;
    for (unsigned i = 1; i <= 10; ++i) log.add(event(i, 0xaa, i));
    for (unsigned i = 21; i <= 25; ++i) log.add(event(i, 0xaa, i));
    // Sent again from the fifth on.
    for (unsigned i = 5; i <= 25; ++i) log.add(event(i, 0xaa, i));
    EXPECT_EQ(kept(log, most), 25u);
    EXPECT_EQ(late_, 10u);
  }
}

TEST_F(ProjectorNumbersTest, TwoRelaysOfOneNameLoseNothingAndAreTold) {
  EventLog log;
  for (unsigned i = 1; i <= 20; ++i) log.add(event(i, i % 2 == 0 ? 0xaa : 0xbb, i, i % 3));
  EXPECT_EQ(kept(log), 20u);
  EXPECT_GT(shared_names_, 0u);
}

// A log that lost its end and was written anew from there.
TEST_F(ProjectorNumbersTest, GoesBackToWhereTheLogWasReadAndTakesWhatItHasNot) {
  constexpr unsigned kAll = 5'000;
  for (const std::uint64_t lost : {1, 10, 1'500, 4'999, 5'000}) {
    EventLog log;
    for (unsigned i = 1; i <= kAll; ++i) log.add(event(i, 0xaa, i));
    MemoryViewStore store;
    auto projector = Projector::open(store, 0);
    ASSERT_TRUE(projector);
    for (std::uint64_t at = 0; at < kAll; at += 50) {
      ASSERT_TRUE((*projector)->project(log.records(schemas::LogOffset(at), 50)));
    }
    // A new one first, then those that were lost.
    EventLog anew;
    for (unsigned i = 1; i <= kAll - lost; ++i) anew.add(event(i, 0xaa, i));
    anew.add(event(kAll + 1, 0xaa, kAll + 1));
    for (unsigned i = kAll - static_cast<unsigned>(lost) + 1; i <= kAll; ++i) {
      anew.add(event(i, 0xaa, i));
    }
    std::uint64_t refolded = 0;
    for (;;) {
      ASSERT_TRUE((*projector)->go_back()) << lost;
      const Progress& at = (*projector)->progress();
      if (at.next_offset == 0_offset) break;
      if (at.next_offset.value() > anew.size()) continue;
      const auto before = anew.records(at.next_offset - 1, 1).front().value;
      const runtime::Digest digest = runtime::sha256(before);
      if (std::string(digest.begin(), digest.end()) == at.last_digest) break;
    }
    refolded = anew.size() - (*projector)->progress().next_offset.value();
    EXPECT_LE((*projector)->progress().next_offset.value(), kAll - lost);
    EXPECT_LE(refolded, 2 * lost + 1'001) << lost;
    ASSERT_TRUE((*projector)->project(anew.records((*projector)->progress().next_offset)));
    EXPECT_EQ((*projector)->progress().next_index.value(), kAll + 1) << lost;
    // And so it stands in the store.
    auto again = Projector::open(store, 0);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->progress().next_offset.value(), anew.size());
  }
}

TEST_F(ProjectorNumbersTest, AtTheBeginningThereIsNoWayBack) {
  MemoryViewStore store;
  auto projector = Projector::open(store, 0);
  EXPECT_FALSE((*projector)->go_back());
}

TEST_F(ProjectorNumbersTest, RemembersWhichLogItReads) {
  EventLog log;
  log.add(event(1, 0xaa, 1));
  MemoryViewStore store;
  auto projector = Projector::open(store, 0);
  (*projector)->set_log_id("fAbcDefGhi");
  (*projector)->set_log_id("");
  ASSERT_TRUE((*projector)->project(log.records()));
  EXPECT_EQ((*Projector::open(store, 0))->log_id(), "fAbcDefGhi");
}

TEST(ProjectorTest, RefusesAStoreThatContradictsItself) {
  const struct {
    const char* what;
    void (*spoil)(WriteBatch&);
  } cases[] = {
      {"position cut short", [](WriteBatch& b) { b.put(Table::meta, "progress", "short"); }},
      {"fewer events than said",
       [](WriteBatch& b) { b.erase(Table::archive, archive_key(1_index)); }},
      {"more events than said",
       [](WriteBatch& b) { b.put(Table::archive, archive_key(2_index), "x"); }},
      {"node cut short", [](WriteBatch& b) { b.put(Table::meta, "node/mx1", "short"); }},
      {"layout cut short", [](WriteBatch& b) { b.put(Table::meta, "layout", "short"); }},
      {"another partition's",
       [](WriteBatch& b) {
         put_layout(b, {kViewLayout, 7});
       }},
  };
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  for (const auto& c : cases) {
    FoldedViews views(log);
    WriteBatch batch;
    c.spoil(batch);
    ASSERT_TRUE(views.store().apply(batch));
    EXPECT_EQ(Projector::open(views.store(), 0).error(), Errc::corrupt) << c.what;
  }
}

TEST(ProjectorTest, ARowThatDoesNotReadStopsTheFold) {
  EventLog log;
  log.add(tests::accepted({}));
  FoldedViews views(log);
  WriteBatch batch;
  batch.put(Table::return_paths, kHorizonKey, "\x01");
  ASSERT_TRUE(views.store().apply(batch));
  views.reopen();
  log.add(tests::accepted({.message = 2, .delivery = 2}));
  EXPECT_EQ(views.projector().project(log.records()).error(), Errc::corrupt);
  EXPECT_EQ(read_progress(views.store()).value().next_offset, 1_offset);
}

}  // namespace
}  // namespace waybill::projector
