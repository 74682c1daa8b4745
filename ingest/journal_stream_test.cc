#include "ingest/journal_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "ingest/memory_journal_store.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using tests::accepted;
using tests::message_id;
using Records = Streamed<std::vector<LogRecord>>;

class JournalStreamTest : public ::testing::Test {
 protected:
  // Makes records number `first` to `last` durable.
  void write(unsigned first, unsigned last) {
    for (unsigned i = first; i <= last; ++i) {
      boost::asio::co_spawn(io_, journal_.append({accepted({.message = i, .delivery = i})}),
                            [](std::exception_ptr, Result<void> written) { EXPECT_TRUE(written); });
      run();
    }
    journal_.commit_pending();
    run();
  }

  // One next() of the stream; empty while it waits.
  std::shared_ptr<std::optional<Records>> ask(EventStream& stream, std::size_t most = 1000) {
    const auto answer = std::make_shared<std::optional<Records>>();
    boost::asio::co_spawn(io_, stream.next(most), [answer](std::exception_ptr, Records records) {
      *answer = std::move(records);
    });
    run();
    return answer;
  }

  // "offset:message number" of each record that one next() gives.
  std::vector<std::string> texts(EventStream& stream, std::size_t most = 1000) {
    const auto answer = ask(stream, most);
    std::vector<std::string> out;
    if (!answer->has_value() || !**answer) return {"none"};
    for (const LogRecord& record : ***answer) {
      schemas::Event event;
      EXPECT_TRUE(event.ParseFromString(record.value));
      EXPECT_EQ(event.node_seq(), record.offset.value() + 1);
      unsigned number = 1;
      while (message_id(number).bytes() != event.message_id()) ++number;
      out.push_back(std::to_string(record.offset.value()) + ":" + std::to_string(number));
    }
    return out;
  }

  void run() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_;
  MemoryJournalStore store_;
  Journal journal_{store_, {}};
  tests::VirtualClock clock_;
};

using Texts = std::vector<std::string>;

TEST_F(JournalStreamTest, OffsetsBeginAtZero) {
  write(1, 2);
  const auto stream = journal_.stream(0_offset);
  EXPECT_EQ(texts(*stream), (Texts{"0:1", "1:2"}));
}

TEST_F(JournalStreamTest, BeginsAtTheOffsetAskedForAndGoesOnWithoutGaps) {
  write(1, 6);
  const auto stream = journal_.stream(2_offset);
  EXPECT_EQ(texts(*stream, 2), (Texts{"2:3", "3:4"}));
  EXPECT_EQ(texts(*stream, 1), (Texts{"4:5"}));
  write(7, 7);
  EXPECT_EQ(texts(*stream), (Texts{"5:6", "6:7"}));
}

TEST_F(JournalStreamTest, WaitsForARecordAndWakesAtItsCommit) {
  const auto stream = journal_.stream(0_offset);
  const auto answer = ask(*stream);
  EXPECT_FALSE(answer->has_value());
  write(1, 1);
  ASSERT_TRUE(answer->has_value());
  ASSERT_TRUE(**answer);
  EXPECT_EQ((**answer)->size(), 1u);
}

TEST_F(JournalStreamTest, EveryReaderWakes) {
  const auto one = journal_.stream(0_offset);
  const auto other = journal_.stream(0_offset);
  const auto first = ask(*one);
  const auto second = ask(*other);
  write(1, 1);
  EXPECT_TRUE(first->has_value());
  EXPECT_TRUE(second->has_value());
}

TEST_F(JournalStreamTest, AReaderAheadOfTheEndSleepsThroughOtherRecords) {
  const auto stream = journal_.stream(2_offset);
  const auto answer = ask(*stream);
  write(1, 2);
  EXPECT_FALSE(answer->has_value());
  write(3, 3);
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((**answer)->front().offset, 2_offset);
}

TEST_F(JournalStreamTest, ShowsNothingThatIsNotDurable) {
  const auto stream = journal_.stream(0_offset);
  const auto answer = ask(*stream);
  boost::asio::co_spawn(io_, journal_.append({accepted({})}),
                        [](std::exception_ptr, Result<void>) {});
  run();
  EXPECT_FALSE(answer->has_value());
  // The disk may keep it all the same: only a new process may find out.
  store_.fail_commit_after(0, true);
  journal_.commit_pending();
  run();
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(JournalEnds(journal_, clock_).of(0)->offset, 0_offset);
  stream->close();
  run();
}

TEST_F(JournalStreamTest, ClosingEndsAWaitingReader) {
  const auto stream = journal_.stream(0_offset);
  const auto answer = ask(*stream);
  stream->close();
  run();
  ASSERT_TRUE(answer->has_value());
  ASSERT_FALSE(**answer);
  EXPECT_EQ((**answer).error(), Errc::closed);
}

TEST_F(JournalStreamTest, AClosedStreamGivesNothingMore) {
  write(1, 1);
  const auto stream = journal_.stream(0_offset);
  stream->close();
  const auto answer = ask(*stream);
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((**answer).error(), Errc::closed);
}

TEST_F(JournalStreamTest, ClosingOneStreamLeavesAnotherWaiting) {
  const auto closed = journal_.stream(0_offset);
  const auto open = journal_.stream(0_offset);
  const auto answer = ask(*open);
  closed->close();
  run();
  EXPECT_FALSE(answer->has_value());
  write(1, 1);
  EXPECT_TRUE(answer->has_value());
}

TEST_F(JournalStreamTest, APositionThatWasTrimmedAwayIsAnErrorAndNeverASkip) {
  write(1, 5);
  ASSERT_TRUE(journal_.trim(4_seq));
  const auto behind = journal_.stream(2_offset);
  const auto answer = ask(*behind);
  ASSERT_TRUE(answer->has_value());
  ASSERT_FALSE(**answer);
  EXPECT_EQ((**answer).error(), Errc::not_found);
  const auto ahead = journal_.stream(3_offset);
  EXPECT_EQ(texts(*ahead), (Texts{"3:4", "4:5"}));
}

TEST_F(JournalStreamTest, TheLogEndsBehindWhatIsDurable) {
  const JournalEnds ends(journal_, clock_);
  EXPECT_EQ(ends.of(0)->offset, 0_offset);
  write(1, 3);
  EXPECT_EQ(ends.of(0)->offset, 3_offset);
  EXPECT_FALSE(ends.of(1));
}

}  // namespace
}  // namespace waybill::ingest
