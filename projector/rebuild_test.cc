// A view is a pure function of the log: dropped and rebuilt, it is the same, octet for octet.
#include <gtest/gtest.h>

#include "projector/archive/archive_holes.h"
#include "projector/archive/archive_key.h"
#include "projector/positions.h"
#include "projector/rocksdb_view_store.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"
#include "tests/support/temporary_directory.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using schemas::EventIndex;
using tests::EventLog;
using tests::FoldedViews;

constexpr std::uint32_t kSeeds = 20;

TEST(RebuildTest, TheSameLogGivesTheSameViewsInBatchesOfAnySize) {
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const EventLog log = tests::mixed_log(seed, 200);
    const std::string expected = FoldedViews(log).digest();
    for (const std::size_t batch : {1, 7, 100}) {
      FoldedViews views;
      views.fold(log, batch);
      EXPECT_EQ(views.digest(), expected) << "seed " << seed << ", batches of " << batch;
    }
  }
}

TEST(RebuildTest, OtherLogsGiveOtherViews) {
  EventLog log = tests::mixed_log(1, 50);
  const std::string before = FoldedViews(log).digest();
  log.add(tests::forwarded({.message = 999, .delivery = 999}));
  EXPECT_NE(FoldedViews(log).digest(), before);
}

TEST(RebuildTest, TheDigestTellsRowsAndTablesApart) {
  const auto digest_of = [](Table table, const char* key, const char* value) {
    MemoryViewStore store;
    WriteBatch batch;
    batch.put(table, key, value);
    EXPECT_TRUE(store.apply(batch));
    return digest_views(store).value();
  };
  const std::string one = digest_of(Table::timeline, "ab", "c");
  EXPECT_EQ(one, digest_of(Table::timeline, "ab", "c"));
  EXPECT_NE(one, digest_of(Table::timeline, "a", "bc"));
  EXPECT_NE(one, digest_of(Table::messages, "ab", "c"));
  // What is no view is not in it.
  EXPECT_EQ(digest_of(Table::meta, "ab", "c"), digest_views(MemoryViewStore()).value());
}

TEST(RebuildTest, ARebuildGivesTheSameViews) {
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    FoldedViews views;
    views.fold(tests::mixed_log(seed, 200), 7);
    const std::string before = views.digest();
    ASSERT_TRUE(rebuild_views(views.store(), 0, {}));
    EXPECT_EQ(views.digest(), before) << "seed " << seed;
  }
}

TEST(RebuildTest, ARebuildMendsWhatWasSpoilt) {
  FoldedViews views(tests::mixed_log(1, 100));
  const std::string before = views.digest();
  WriteBatch batch;
  batch.put(Table::timeline, std::string(32, 'x'), "no row");
  ASSERT_TRUE(views.store().apply(batch));
  ASSERT_TRUE(views.store().drop(Table::counters));
  ASSERT_NE(views.digest(), before);
  ASSERT_TRUE(rebuild_views(views.store(), 0, {}));
  EXPECT_EQ(views.digest(), before);
}

TEST(RebuildTest, GoesOnFoldingAfterARebuild) {
  EventLog log = tests::mixed_log(5, 100);
  FoldedViews views(log);
  ASSERT_TRUE(rebuild_views(views.store(), 0, {}));
  views.reopen();
  log.add(tests::forwarded({.message = 9, .delivery = 9}));
  views.fold(log);
  EXPECT_EQ(views.digest(), FoldedViews(log).digest());
}

TEST(RebuildTest, SaysHowFarItIs) {
  EventLog log;
  for (unsigned i = 1; i <= 20'500; ++i) log.add(tests::dropped({.message = i, .delivery = i}));
  FoldedViews views(log);
  std::vector<std::uint64_t> said;
  ASSERT_TRUE(rebuild_views(views.store(), 0,
                            {.progress =
                                 [&](std::uint64_t done, std::uint64_t all) {
                                   EXPECT_EQ(all, 20'500u);
                                   said.push_back(done);
                                   return true;
                                 },
                             .elsewhere = {}}));
  EXPECT_EQ(said, (std::vector<std::uint64_t>{10'000, 20'000, 20'500}));
}

class HoleTest : public testing::Test {
 protected:
  HoleTest() {
    for (unsigned i = 1; i <= 100; ++i) {
      log_.add(tests::dropped({.message = i, .delivery = i}));
    }
    views_.fold(log_);
    expected_ = views_.digest();
    WriteBatch batch;
    for (unsigned i = 40; i < 43; ++i) batch.erase(Table::archive, archive_key(EventIndex(i)));
    EXPECT_TRUE(views_.store().apply(batch));
  }

  static std::uint64_t time_of(unsigned nth) { return tests::kLogStart + nth * tests::kSecond; }

  EventLog log_;
  FoldedViews views_;
  std::string expected_;  // before anything was lost
};

TEST_F(HoleTest, WhatAnotherHasOfTheArchiveIsTakenFromThere) {
  const RebuildHelp help{.progress = {}, .elsewhere = [&](EventIndex index) {
                           const auto at = schemas::LogOffset(index.value());
                           return runtime::Result<std::string>(log_.records(at, 1).front().value);
                         }};
  MemoryViewStore fresh;
  ASSERT_TRUE(rebuild_into(views_.store(), fresh, 0, help));
  EXPECT_EQ(digest_views(fresh).value(), expected_);
  EXPECT_TRUE(find_holes(fresh, 100_index)->empty());
  EXPECT_TRUE(read_holes(fresh)->empty());
  EXPECT_EQ(read_progress(fresh)->next_index, 100_index);
  ASSERT_TRUE(rebuild_views(views_.store(), 0, help));
  EXPECT_EQ(views_.digest(), expected_);
}

TEST_F(HoleTest, AnArchiveWhoseEndIsLostIsFoldedAnewBesideMail) {
  WriteBatch batch;
  batch.erase(Table::archive, archive_key(99_index));
  ASSERT_TRUE(views_.store().apply(batch));
  EXPECT_EQ(Projector::open(views_.store(), 0).error(), Errc::corrupt);
  auto projector = Projector::open(views_.store(), 0, FoldAnew::later);
  ASSERT_TRUE(projector);
  EXPECT_TRUE((*projector)->needs_rebuild());
  ASSERT_TRUE((*projector)->rebuild({}));
  EXPECT_EQ(read_holes(views_.store())->back().to, 100_index);
  EXPECT_FALSE(Projector::open(views_.store(), 0, FoldAnew::later).value()->needs_rebuild());
}

TEST_F(HoleTest, WhatNobodyHasIsAHoleAndTheRestLives) {
  MemoryViewStore fresh;
  ASSERT_TRUE(rebuild_into(views_.store(), fresh, 0, {}));
  const ArchiveHoles hole = {{40_index, 43_index, time_of(39), time_of(43)}};
  EXPECT_EQ(*read_holes(fresh), hole);
  EXPECT_EQ(views_.digest(), expected_) << "the source is only read";
  ASSERT_TRUE(rebuild_views(views_.store(), 0, {}));
  EXPECT_EQ(*read_holes(views_.store()), hole);
  EXPECT_EQ(views_.digest(), digest_views(fresh).value());
  EXPECT_TRUE(views_.history().progress());
  EXPECT_TRUE(views_.history().delivery(tests::delivery_id(40), schemas::Sight::all()));
  EXPECT_FALSE(views_.history().delivery(tests::delivery_id(41), schemas::Sight::all()));
  EXPECT_TRUE(views_.history().delivery(tests::delivery_id(44), schemas::Sight::all()));
  ASSERT_TRUE(rebuild_views(fresh, 0, {}));
  EXPECT_EQ(*read_holes(fresh), hole) << "a further one finds the same";
}

// A rebuild of 100 events is some eight writes; each fails once. What is left says so to whoever
// asks, and the next start makes it whole.
TEST(RebuildTest, OneThatWasCutOffIsDoneAgainWhenTheStoreIsOpened) {
  const EventLog log = tests::mixed_log(4, 100);
  const std::string expected = FoldedViews(log).digest();
  bool failed = true;
  std::uint64_t n = 1;
  std::uint64_t half_done = 0;
  for (; failed; ++n) {
    FoldedViews views(log);
    ASSERT_TRUE(views.store().sync());
    views.store().fail_nth(n);
    failed = !rebuild_views(views.store(), 0, {});
    views.store().fail_nth(0);
    if (failed) {
      // Before its first write nothing has begun, and after its last only the sync was missing.
      half_done += views.history().progress().has_error();
      views.store().lose_unsynced();
    }
    views.reopen();
    EXPECT_EQ(views.digest(), expected) << n;
    EXPECT_TRUE(views.history().progress());
  }
  EXPECT_GT(n, 8u);
  // The failures of every step but the first and the last; n is one past the run that succeeded.
  EXPECT_EQ(half_done, n - 4);
}

TEST(RebuildTest, AStoreOfAnotherLayoutIsFoldedAnewWhenItIsOpened) {
  FoldedViews views(tests::mixed_log(6, 100));
  const std::string expected = views.digest();
  WriteBatch batch;
  put_layout(batch, {kViewLayout + 1, 0});
  batch.put(Table::messages, "of the other layout", "row");
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_EQ(views.history().progress().error(), Errc::temporary);
  views.reopen();
  EXPECT_EQ(views.digest(), expected);
  EXPECT_TRUE(views.history().progress());
}

// The power fails after every batch, and 0, 1 or 2 of the writes since the last sync survive it.
TEST(RebuildTest, AStoreOfAnotherLayoutCanBeOpenedFirstAndFoldedAnewLater) {
  EventLog log;
  for (unsigned i = 1; i <= 20'500; ++i) log.add(tests::dropped({.message = i, .delivery = i}));
  FoldedViews views(log);
  const std::string expected = views.digest();
  WriteBatch batch;
  put_layout(batch, {kViewLayout + 1, 0});
  ASSERT_TRUE(views.store().apply(batch));
  auto projector = Projector::open(views.store(), 0, FoldAnew::later);
  ASSERT_TRUE(projector);
  EXPECT_TRUE((*projector)->needs_rebuild());
  // Cut off, it is as needed as before.
  EXPECT_EQ((*projector)
                ->rebuild({.progress = [](std::uint64_t, std::uint64_t) { return false; },
                           .elsewhere = {}})
                .error(),
            Errc::closed);
  EXPECT_TRUE((*projector)->needs_rebuild());
  EXPECT_EQ(views.history().progress().error(), Errc::temporary);
  ASSERT_TRUE((*projector)->rebuild({}));
  EXPECT_FALSE((*projector)->needs_rebuild());
  EXPECT_EQ(views.digest(), expected);
}

TEST(RebuildTest, APowerCutBetweenBatchesChangesNothing) {
  const EventLog log = tests::mixed_log(7, 200);
  const std::string expected = FoldedViews(log).digest();
  for (const std::size_t surviving : {0, 1, 2}) {
    FoldedViews views;
    std::uint64_t cuts = 0;
    for (std::uint64_t turn = 0; views.projector().progress().next_offset < log.end(); ++turn) {
      const schemas::LogOffset next = views.projector().progress().next_offset;
      ASSERT_TRUE(views.projector().project(log.records(next, 7)));
      if (turn % 3 == 0) {
        ASSERT_TRUE(views.store().sync());
      }
      if (turn % 5 != 4) continue;
      views.store().lose_unsynced(surviving);
      views.reopen();
      ++cuts;
      EXPECT_LE(views.projector().progress().next_offset, next + 7);
    }
    EXPECT_GT(cuts, 3u);
    EXPECT_EQ(views.digest(), expected) << surviving;
  }
}

TEST(RebuildTest, MemoryAndRocksDbGiveTheSameViews) {
  const tests::TemporaryDirectory directory;
  auto store = open_rocks_store(directory.path("views"), {});
  ASSERT_TRUE(store) << store.error().why;
  const EventLog log = tests::mixed_log(8, 300);
  {
    auto projector = Projector::open(**store, 0);
    ASSERT_TRUE(projector);
    ASSERT_TRUE((*projector)->project(log.records()));
  }
  const std::string expected = FoldedViews(log).digest();
  EXPECT_EQ(digest_views(**store).value(), expected);
  ASSERT_TRUE(rebuild_views(**store, 0, {}));
  EXPECT_EQ(digest_views(**store).value(), expected);
}

}  // namespace
}  // namespace waybill::projector
