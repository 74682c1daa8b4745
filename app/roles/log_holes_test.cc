#include "app/roles/log_holes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "projector/archive/archive_key.h"
#include "projector/tables.h"
#include "tests/support/event_log.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::app {

using namespace schemas::ordinal_literals;

namespace {

using ingest::LogRecord;
using runtime::Errc;
using schemas::EventIndex;
using tests::EventLog;
using tests::FoldedViews;

// Gives what the log has from a position on, and then nothing.
class Stream final : public ingest::EventStream {
 public:
  Stream(const EventLog& log, schemas::LogOffset from) : log_(log), next_(from) {}

  runtime::Task<ingest::Streamed<std::vector<LogRecord>>> next(std::size_t) override {
    auto records = log_.records(next_, 7);
    while (records.empty() && !closed_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (records.empty()) co_return ingest::StreamFailure{runtime::explain(Errc::closed)};
    next_ = records.back().offset + 1;
    co_return records;
  }
  void close() override { closed_ = true; }

 private:
  const EventLog& log_;
  schemas::LogOffset next_;
  std::atomic<bool> closed_{false};
};

class LogHolesTest : public ::testing::Test {
 protected:
  // 100 events; the log has some of them twice, so that offsets run ahead of indexes.
  LogHolesTest() {
    for (unsigned i = 0; i < 100; ++i) {
      const auto offset = log_.add(tests::dropped({.message = i + 1, .delivery = i + 1}));
      offsets_.push_back(offset);
      if (i == 10 || i == 41) {
        for (unsigned back = 4; back > 0; --back) log_.repeat(offsets_[i - back]);
      }
    }
    views_.fold(log_);
    digest_ = views_.digest();
    EXPECT_EQ(views_.projector().progress().next_index, 100_index);
  }

  void lose(unsigned from, unsigned to) {
    projector::WriteBatch batch;
    for (unsigned i = from; i < to; ++i) {
      batch.erase(projector::Table::archive, projector::archive_key(EventIndex(i)));
    }
    ASSERT_TRUE(views_.store().apply(batch));
  }

  // The indexes that are still lost once views were folded anew.
  projector::ArchiveHoles rebuild(const EventLog& log) {
    LogHoles holes(
        views_.store(), 0,
        [&](std::vector<ingest::StreamPosition> at)
            -> runtime::Explained<std::unique_ptr<ingest::EventStream>> {
          ++reads_;
          return std::unique_ptr<ingest::EventStream>(new Stream(log, at.front().next_offset));
        },
        std::chrono::milliseconds(50));
    projector::RebuildHelp help;
    help.elsewhere = [&](EventIndex index) { return holes.record(index); };
    EXPECT_TRUE(projector::rebuild_views(views_.store(), 0, help));
    return projector::read_holes(views_.store()).value();
  }

  EventLog log_;
  std::vector<schemas::LogOffset> offsets_;
  FoldedViews views_;
  std::string digest_;
  int reads_ = 0;
};

TEST_F(LogHolesTest, WhatTheArchiveLostIsTakenFromTheLogThatHasRepeats) {
  lose(8, 12);
  lose(39, 44);
  EXPECT_TRUE(rebuild(log_).empty());
  EXPECT_EQ(views_.digest(), digest_);
  EXPECT_EQ(reads_, 2) << "a run is read once";
}

TEST_F(LogHolesTest, TheBeginningAndTheEndToo) {
  lose(0, 5);
  lose(95, 100);
  EXPECT_TRUE(rebuild(log_).empty());
  EXPECT_EQ(views_.digest(), digest_);
}

TEST_F(LogHolesTest, ALogThatHasNotAsManyIsNotBelieved) {
  EventLog other;
  for (unsigned i = 0; i < 100; ++i) {
    if (i == 41) continue;
    const auto record = log_.records(offsets_[i], 1).front().value;
    other.add_raw(record);
  }
  for (unsigned i = 0; i < 20; ++i) other.add_raw(log_.records(offsets_[99], 1).front().value);
  lose(8, 12);
  lose(39, 44);
  const auto holes = rebuild(other);
  ASSERT_EQ(holes.size(), 1u);
  EXPECT_EQ(holes.front().from, 39_index);
  EXPECT_EQ(holes.front().to, 44_index);
}

TEST_F(LogHolesTest, ALogThatGivesNothingIsWaitedForOnce) {
  lose(8, 12);
  lose(39, 44);
  const EventLog nothing;
  EXPECT_EQ(rebuild(nothing).size(), 2u);
  EXPECT_EQ(reads_, 1);
}

}  // namespace
}  // namespace waybill::app
