#include "app/roles/journal_fit.h"

#include <gtest/gtest.h>

#include "ingest/memory_journal_store.h"
#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::app {

using namespace schemas::ordinal_literals;

namespace {

using ingest::MemoryJournalStore;
using runtime::Errc;
using tests::delivery_id;
using tests::EventLog;

// Views of a log, and beside them a journal that has a part of it.
class JournalFitTest : public testing::Test {
 protected:
  JournalFitTest() {
    views_ = PartitionViews::over(std::make_unique<projector::MemoryViewStore>(), 0).value();
    log_.add(tests::accepted({.message = 1, .delivery = 1}));
    log_.add(tests::forwarded({.message = 1, .delivery = 1}));
    log_.add(tests::accepted({.message = 2, .delivery = 2}));
    log_.add(tests::accepted({.message = 3, .delivery = 3}));
    log_.add(tests::forwarded({.message = 2, .delivery = 2}));
    EXPECT_TRUE(views_->projector().project(log_.records()));
  }

  // The first `count` records.
  void keep(std::size_t count, std::vector<ingest::OpenDelivery> open = {}) {
    ingest::JournalWrite write;
    write.first_seq = store_.end_seq();
    for (const auto& record : log_.records({}, count)) write.records.push_back(record.value);
    for (const auto& one : open) write.changes.push_back({one.delivery_id, one.accepted_seq});
    ASSERT_TRUE(store_.commit(write));
  }

  runtime::Explained<std::optional<JournalBegun>> fit() {
    ingest::Journal journal(store_, {});
    auto begun = fit_journal(journal, store_, *views_, [this](const JournalBegun& beginning) {
      told_ = beginning.missing;
      end_when_told_ = store_.end_seq();
      return tells_ ? runtime::Explained<void>() : runtime::Failure{Errc::no_space, "disk full"};
    });
    EXPECT_EQ(journal.end_seq(), store_.end_seq());
    return begun;
  }

  std::vector<std::string> open() {
    std::vector<std::string> out;
    for (const auto& one : store_.open_deliveries().value()) out.push_back(one.delivery_id);
    return out;
  }
  const std::vector<std::string> third_ = {delivery_id(3).bytes()};

  EventLog log_;
  MemoryJournalStore store_;
  std::unique_ptr<PartitionViews> views_;
  bool tells_ = true;
  std::string told_;
  schemas::SequenceNumber end_when_told_;
};

TEST_F(JournalFitTest, AJournalThatHasWhatTheViewsHaveIsLeftAlone) {
  keep(5, {{delivery_id(3).bytes(), 4_seq}});
  const auto begun = fit();
  ASSERT_TRUE(begun) << begun.error().why;
  EXPECT_FALSE(*begun);
  EXPECT_EQ(store_.first_seq(), 1_seq);
}

TEST_F(JournalFitTest, AnEmptyOneBeginsBehindTheViewsWithWhatTheirArchiveLeavesOpen) {
  const auto begun = fit();
  ASSERT_TRUE(begun) << begun.error().why;
  ASSERT_TRUE(*begun);
  EXPECT_EQ((*begun)->begins, 6_seq);
  EXPECT_EQ((*begun)->open, 1U);
  EXPECT_EQ(store_.end_seq(), 6_seq);
  EXPECT_EQ(open(), third_);
  EXPECT_EQ((*begun)->missing,
            "the journal was empty and the views had folded up to record 5, so it was begun anew "
            "behind them; what was put on record after 2026-03-01T12:00:04.000000000Z and before "
            "that start may be missing from history");
  const auto accepted = kept_in_archive(*views_)(4_seq);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(*accepted, log_.records(3_offset, 1).front().value);
}

TEST_F(JournalFitTest, WhatMayBeMissingIsToldBeforeAnythingIsChanged) {
  keep(3, {{delivery_id(2).bytes(), 3_seq}});
  tells_ = false;
  const auto begun = fit();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error(), Errc::no_space);
  EXPECT_EQ(store_.end_seq(), 4_seq);
  tells_ = true;
  ASSERT_TRUE(fit());
  EXPECT_EQ(end_when_told_, 4_seq);
  EXPECT_NE(told_.find("ended at record 3"), std::string::npos) << told_;
}

TEST_F(JournalFitTest, AShorterOneDoesTooAndNothingIsSettledTwice) {
  keep(3, {{delivery_id(2).bytes(), 3_seq}});
  const auto begun = fit();
  ASSERT_TRUE(begun) << begun.error().why;
  ASSERT_TRUE(*begun);
  EXPECT_EQ((*begun)->ended, 4_seq);
  EXPECT_EQ(store_.first_seq(), 6_seq);
  EXPECT_EQ(open(), third_) << "the second has its outcome in the views";
}

TEST_F(JournalFitTest, WhatTheArchiveHasLostStopsNothing) {
  projector::WriteBatch batch;
  batch.erase(projector::Table::archive, projector::archive_key(schemas::EventIndex(1)));
  ASSERT_TRUE(views_->store().apply(batch));
  const auto begun = fit();
  ASSERT_TRUE(begun) << begun.error().why;
  EXPECT_EQ((*begun)->open, 2U) << "the first has an outcome that is lost";
}

TEST_F(JournalFitTest, OneThatHasWhatTheViewsHaveNotIsNotTouched) {
  log_ = EventLog();
  for (unsigned i = 7; i < 10; ++i) log_.add(tests::dropped({.message = i, .delivery = i}));
  for (const std::size_t more : {0, 3}) {  // shorter than the views, and longer
    keep(3);
    const auto begun = fit();
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error(), Errc::corrupt);
    EXPECT_NE(begun.error().why.find("of two histories"), std::string::npos) << begun.error().why;
    EXPECT_EQ(store_.end_seq(), 4_seq + more);
  }
}

}  // namespace
}  // namespace waybill::app
