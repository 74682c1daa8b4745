// What every EventStream and LogEnds promise (ingest/event_stream.h), held against the journal, a
// log in memory and a real broker alike; and what those of a log with several partitions say of a
// position (ingest/kafka_stream.h).
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "ingest/journal_stream.h"
#include "ingest/memory_journal_store.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "tests/contracts/log_worlds.h"
#include "tests/support/event_log.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/ordinals.h"

namespace waybill::tests {

using namespace schemas::ordinal_literals;

namespace {

using namespace ingest;
using runtime::Errc;
using namespace std::chrono_literals;
using Records = ingest::Streamed<std::vector<LogRecord>>;

// What wakes does so in milliseconds; a busy machine takes its time.
constexpr auto kSoon = 30s;
constexpr auto kQuiet = 300ms;

// A log with records, whatever its kind.
class StreamWorld {
 public:
  virtual ~StreamWorld() = default;
  // Makes one record durable; its octets.
  virtual std::string write(std::uint32_t partition) = 0;
  virtual std::unique_ptr<EventStream> stream(std::vector<StreamPosition> positions) = 0;
  virtual std::unique_ptr<LogEnds> ends(const runtime::Clock& clock) = 0;
  virtual void remove_before(std::uint32_t partition, schemas::LogOffset first) = 0;
  virtual std::string topic() const { return {}; }
};

class JournalWorld final : public StreamWorld {
 public:
  std::string write(std::uint32_t) override {
    (void)journal_.begin({forwarded({.message = ++written_})});
    journal_.commit_pending();
    return store_.read(store_.end_seq() - 1, 1, SIZE_MAX)->front().value;
  }
  std::unique_ptr<EventStream> stream(std::vector<StreamPosition> positions) override {
    return journal_.stream(positions.front().next_offset);
  }
  std::unique_ptr<LogEnds> ends(const runtime::Clock& clock) override {
    return std::make_unique<JournalEnds>(journal_, clock);
  }
  void remove_before(std::uint32_t, schemas::LogOffset first) override {
    ASSERT_TRUE(journal_.trim(seq_at(first)));
  }

 private:
  MemoryJournalStore store_;
  Journal journal_{store_, {}};
  unsigned written_ = 0;
};

class ElsewhereWorld final : public StreamWorld {
 public:
  static constexpr std::uint32_t kPartitions = 2;

  explicit ElsewhereWorld(std::unique_ptr<LogWorld> world)
      : world_(std::move(world)),
        topic_(world_->new_topic(kPartitions)),
        producer_(world_->producer()) {}

  std::string write(std::uint32_t partition) override {
    const std::string value = "record " + std::to_string(++written_);
    send_value(*producer_, topic_, partition, value, written_);
    EXPECT_EQ(await_tags(*producer_, 1).size(), 1u);
    return value;
  }
  std::unique_ptr<EventStream> stream(std::vector<StreamPosition> positions) override {
    return world_->stream(topic_, std::move(positions));
  }
  std::unique_ptr<LogEnds> ends(const runtime::Clock& clock) override {
    return world_->ends(topic_, {0, 1}, clock);
  }
  void remove_before(std::uint32_t partition, schemas::LogOffset first) override {
    world_->remove_before(topic_, partition, first);
  }
  std::string topic() const override { return topic_; }
  LogWorld& world() { return *world_; }

 private:
  const std::unique_ptr<LogWorld> world_;
  const std::string topic_;
  const std::unique_ptr<LogProducer> producer_;
  std::uint64_t written_ = 0;
};

// A stream and the thread that its reader has for it.
class Reader {
 public:
  explicit Reader(std::unique_ptr<EventStream> stream)
      : stream_(std::move(stream)), guard_(io_.get_executor()), thread_([this] { io_.run(); }) {}
  ~Reader() {
    stream_->close();
    guard_.reset();
    thread_.join();
  }

  std::future<Records> ask(std::size_t most = 1'000) {
    return boost::asio::co_spawn(io_, stream_->next(most), boost::asio::use_future);
  }

  // The next `count` records, however many answers they take; fewer where it fails.
  std::vector<LogRecord> take(std::size_t count, std::size_t most = 1'000) {
    std::vector<LogRecord> out;
    while (out.size() < count) {
      auto answer = ask(most);
      if (answer.wait_for(kSoon) != std::future_status::ready) {
        ADD_FAILURE() << "nothing comes";
        return out;
      }
      Records records = answer.get();
      if (!records) {
        ADD_FAILURE() << records.error().why;
        return out;
      }
      EXPECT_FALSE(records->empty());
      EXPECT_LE(records->size(), most);
      out.insert(out.end(), records->begin(), records->end());
    }
    return out;
  }

  // What a next() that has to fail says.
  ingest::StreamFailure fail() {
    auto answer = ask();
    if (answer.wait_for(kSoon) != std::future_status::ready) {
      ADD_FAILURE() << "it waits";
      return {};
    }
    const Records records = answer.get();
    EXPECT_FALSE(records) << "it gives records";
    return records.error();
  }

  EventStream& stream() { return *stream_; }

 private:
  const std::unique_ptr<EventStream> stream_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

class EventStreamContract : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string_view kind = GetParam();
    if (kind == "kafka" && !KafkaBroker::installed()) {
      GTEST_SKIP() << "no /usr/bin/java, or no Kafka in build/kafka";
    }
    if (kind == "journal") {
      world_ = std::make_unique<JournalWorld>();
    } else {
      world_ = std::make_unique<ElsewhereWorld>(kind == "kafka" ? kafka_log_world()
                                                                : memory_log_world());
    }
  }

  std::vector<std::string> write(std::size_t count, std::uint32_t partition = 0) {
    std::vector<std::string> out;
    while (out.size() < count) out.push_back(world_->write(partition));
    return out;
  }

  Reader reader(schemas::LogOffset from) { return reader({{0, from, {}}}); }
  Reader reader(std::vector<StreamPosition> positions) {
    return Reader(world_->stream(std::move(positions)));
  }

  std::unique_ptr<StreamWorld> world_;
};

// The same suite for those that have partitions and say more of a position.
class PartitionedStreamContract : public EventStreamContract {
 protected:
  LogWorld& log() { return static_cast<ElsewhereWorld&>(*world_).world(); }
};

std::string named(const ::testing::TestParamInfo<const char*>& at) { return at.param; }
INSTANTIATE_TEST_SUITE_P(Log, EventStreamContract, ::testing::Values("journal", "memory", "kafka"),
                         named);
INSTANTIATE_TEST_SUITE_P(Log, PartitionedStreamContract, ::testing::Values("memory", "kafka"),
                         named);

void expect_records(const std::vector<LogRecord>& records, schemas::LogOffset first,
                    const std::vector<std::string>& values, std::size_t from = 0) {
  ASSERT_EQ(records.size(), values.size() - from);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].offset, first + i);
    EXPECT_EQ(records[i].value, values[from + i]);
  }
}

std::string digest_of(const std::string& value) {
  const runtime::Digest digest = runtime::sha256(value);
  return {digest.begin(), digest.end()};
}

void expect_words(const runtime::Failure& failure, std::initializer_list<std::string> words) {
  for (const std::string& word : words) {
    EXPECT_NE(failure.why.find(word), std::string::npos) << failure.why << " lacks " << word;
  }
}

TEST_P(EventStreamContract, GivesWhatWasWrittenInOrderAndWithoutGaps) {
  const auto values = write(10);
  Reader reading = reader(0_offset);
  expect_records(reading.take(10, 3), 0_offset, values);
}

TEST_P(EventStreamContract, GoesOnFromAPosition) {
  const auto values = write(6);
  Reader reading = reader(4_offset);
  expect_records(reading.take(2), 4_offset, values, 4);
}

TEST_P(EventStreamContract, WaitsForARecordAndWakesWhenItIsThere) {
  const auto before = write(2);
  Reader reading = reader(2_offset);
  auto answer = reading.ask();
  EXPECT_EQ(answer.wait_for(kQuiet), std::future_status::timeout);
  const std::string value = world_->write(0);
  ASSERT_EQ(answer.wait_for(kSoon), std::future_status::ready);
  const Records records = answer.get();
  ASSERT_TRUE(records);
  expect_records(*records, 2_offset, {value});
}

TEST_P(EventStreamContract, ClosingEndsAWaitingReader) {
  write(1);
  Reader reading = reader(1_offset);
  auto answer = reading.ask();
  EXPECT_EQ(answer.wait_for(kQuiet), std::future_status::timeout);
  reading.stream().close();
  ASSERT_EQ(answer.wait_for(kSoon), std::future_status::ready);
  const Records records = answer.get();
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error(), Errc::closed);
}

TEST_P(EventStreamContract, AClosedStreamGivesNothingMore) {
  write(1);
  Reader reading = reader(0_offset);
  reading.stream().close();
  EXPECT_EQ(reading.fail(), Errc::closed);
}

TEST_P(EventStreamContract, APositionThatWasRemovedIsAnErrorAndNeverASkip) {
  const auto values = write(5);
  world_->remove_before(0, 3_offset);
  Reader behind = reader(2_offset);
  EXPECT_EQ(behind.fail(), Errc::not_found);
  Reader at = reader(3_offset);
  expect_records(at.take(2), 3_offset, values, 3);
}

TEST_P(EventStreamContract, TheEndIsBehindTheLastRecord) {
  runtime::AsioClock clock;
  const auto ends = world_->ends(clock);
  write(3);
  const auto began = clock.now();
  const auto deadline = began + kSoon;
  while (clock.now() < deadline) {
    const auto end = ends->of(0);
    if (end && end->asked >= began) break;
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_TRUE(ends->of(0));
  EXPECT_EQ(ends->of(0)->offset, 3_offset);
  EXPECT_FALSE(ends->of(7));
}

TEST_P(PartitionedStreamContract, APositionBelowTheBeginningNamesPartitionAndOffsets) {
  write(5, 1);
  world_->remove_before(1, 3_offset);
  Reader reading = reader({{1, 2_offset, {}}});
  const auto failure = reading.fail();
  EXPECT_EQ(failure, Errc::not_found);
  expect_words(failure, {world_->topic() + " partition 1 ", "begins at 3", "is at 2"});
  EXPECT_FALSE(failure.cut) << "an earlier position is gone too";
  EXPECT_EQ(failure.partition, 1u);
}

TEST_P(PartitionedStreamContract, APositionBeyondTheEndIsOfAnotherLog) {
  write(2, 1);
  Reader reading = reader({{1, 3_offset, {}}});
  const auto failure = reading.fail();
  EXPECT_EQ(failure, Errc::corrupt);
  expect_words(failure, {world_->topic() + " partition 1 ", "ends at 2", "is at 3"});
  EXPECT_TRUE(failure.cut);
  EXPECT_EQ(failure.partition, 1u);
}

TEST_P(PartitionedStreamContract, GoesOnBehindTheRecordThatWasReadThere) {
  const auto values = write(4);
  Reader reading = reader({{0, 2_offset, digest_of(values[1])}});
  expect_records(reading.take(2), 2_offset, values, 2);
}

TEST_P(PartitionedStreamContract, AtTheEndItWaitsBehindTheRecordThatWasReadThere) {
  const auto values = write(2);
  Reader reading = reader({{0, 2_offset, digest_of(values[1])}});
  auto answer = reading.ask();
  EXPECT_EQ(answer.wait_for(kQuiet), std::future_status::timeout);
  const std::string value = world_->write(0);
  ASSERT_EQ(answer.wait_for(kSoon), std::future_status::ready);
  const Records records = answer.get();
  ASSERT_TRUE(records);
  expect_records(*records, 2_offset, {value});
}

TEST_P(PartitionedStreamContract, AnotherRecordWhereOneWasReadIsAnotherLog) {
  write(4, 1);
  Reader reading = reader({{1, 2_offset, digest_of("what was read there")}});
  const auto failure = reading.fail();
  EXPECT_EQ(failure, Errc::corrupt);
  expect_words(failure, {world_->topic() + " partition 1 offset 1 ", "another record"});
  EXPECT_TRUE(failure.cut);
  EXPECT_EQ(failure.partition, 1u);
}

TEST_P(PartitionedStreamContract, APositionInALogOfAnotherNameIsRefused) {
  const auto values = write(3);
  Reader first = reader(0_offset);
  (void)first.take(3);
  const std::string id = first.stream().log_id();
  ASSERT_NE(id, "");
  Reader same = reader({{0, 1_offset, {}, id}});
  expect_records(same.take(2), 1_offset, values, 1);
  Reader other = reader({{0, 1_offset, {}, "elsewhere"}});
  const auto failure = other.fail();
  EXPECT_EQ(failure, Errc::invalid);
  expect_words(failure, {world_->topic() + " partition 0 ", id, "elsewhere", "another log"});
  EXPECT_FALSE(failure.cut);
}

TEST_P(PartitionedStreamContract, WhatWasRemovedInFrontOfThePositionCannotBeCompared) {
  const auto values = write(4);
  world_->remove_before(0, 2_offset);
  Reader reading = reader({{0, 2_offset, digest_of(values[1])}});
  expect_records(reading.take(2), 2_offset, values, 2);
}

TEST_P(PartitionedStreamContract, EachOfSeveralPartitionsIsInOrderFromItsPosition) {
  const auto first = write(5, 0);
  const auto second = write(7, 1);
  Reader reading = reader({{0, 1_offset, digest_of(first[0])}, {1, 3_offset, {}}});
  std::vector<LogRecord> of[2];
  for (LogRecord& record : reading.take(8, 3)) {
    ASSERT_LT(record.partition, 2u);
    of[record.partition].push_back(std::move(record));
  }
  expect_records(of[0], 1_offset, first, 1);
  expect_records(of[1], 3_offset, second, 3);
}

TEST_P(PartitionedStreamContract, OnePartitionThatFailsIsNamed) {
  write(5, 0);
  write(5, 1);
  world_->remove_before(1, 3_offset);
  Reader reading = reader({{0, 0_offset, {}}, {1, 1_offset, {}}});
  const auto failure = reading.fail();
  EXPECT_EQ(failure, Errc::not_found);
  EXPECT_EQ(failure.partition, 1u);
}

TEST_P(PartitionedStreamContract, ATopicOrPartitionThatDoesNotExistIsNotFound) {
  Reader nowhere(log().stream("there-is-none", {{0, 0_offset, {}}}));
  const auto no_topic = nowhere.fail();
  EXPECT_EQ(no_topic, Errc::not_found);
  EXPECT_EQ(no_topic.partition, std::nullopt);
  expect_words(no_topic, {"there-is-none"});
  Reader beyond = reader({{0, 0_offset, {}}, {2, 0_offset, {}}});
  const auto no_partition = beyond.fail();
  EXPECT_EQ(no_partition, Errc::not_found);
  expect_words(no_partition, {world_->topic()});
}

}  // namespace
}  // namespace waybill::tests
