#include "projector/projector.h"

#include <gtest/gtest.h>

#include "projector/archive/archive_key.h"
#include "projector/positions.h"
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
  EXPECT_EQ(views.store().get(Table::archive, archive_key(1_index)).value(),
            log.records()[1].value);
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

// A relay whose journal was lost begins at 1 again, and so does another one of the same name: what
// they write is no repeat, and must not be skipped as one.
TEST(ProjectorTest, TellsAJournalThatBeganAnewFromARepeat) {
  EventLog log;
  log.add(tests::accepted({.message = 1, .delivery = 1}));
  log.add(tests::forwarded({.message = 1, .delivery = 1}));
  log.repeat(0_offset);
  schemas::Event anew = tests::accepted({.message = 2, .delivery = 2});
  anew.set_node("mx1");
  anew.set_node_seq(1);
  log.add(std::move(anew));
  MemoryViewStore store;
  auto projector = Projector::open(store, 0);
  ASSERT_TRUE(projector);
  ASSERT_TRUE((*projector)->project(log.records(0_offset, 3)));
  EXPECT_EQ((*projector)->progress().next_index, 2_index);
  EXPECT_EQ((*projector)->other_journals(), 0u);
  ASSERT_TRUE((*projector)->project(log.records(3_offset)));
  EXPECT_EQ((*projector)->progress().next_index, 3_index);
  EXPECT_EQ((*projector)->other_journals(), 1u);
}

TEST(ProjectorTest, RefusesAStoreThatContradictsItself) {
  const struct {
    const char* what;
    void (*spoil)(WriteBatch&);
  } cases[] = {
      {"position cut short", [](WriteBatch& b) { b.put(Table::meta, "progress", "short"); }},
      {"more events than records",
       [](WriteBatch& b) {
         put_progress(b, {2_offset, 3_index, {}, {}});
       }},
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
  batch.put(Table::deliveries, tests::delivery_id(1).bytes(), "\x01");
  ASSERT_TRUE(views.store().apply(batch));
  views.reopen();
  log.add(tests::forwarded({}));
  EXPECT_EQ(views.projector().project(log.records()).error(), Errc::corrupt);
  EXPECT_EQ(read_progress(views.store()).value().next_offset, 1_offset);
}

}  // namespace
}  // namespace waybill::projector
