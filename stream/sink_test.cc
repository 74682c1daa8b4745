#include "stream/sink.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "runtime/asio_clock.h"
#include "stream/archive_source.h"
#include "tests/support/archive_part.h"
#include "tests/support/temporary_directory.h"

namespace waybill::stream {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Failure;
using Answer = std::function<Outcome(std::span<const Record>)>;

// A receiver that answers as it is told, and keeps what it has taken.
class FakeReceiver final : public Transport {
 public:
  Grade grade() const override { return Grade::taken; }
  BatchBounds bounds() const override { return {.records = 8}; }
  Outcome send(std::span<const Record> batch, runtime::Instant) override {
    const std::lock_guard lock(mutex);
    ++sends;
    Outcome out = answer ? answer(batch) : Outcome::all(batch.size(), Fate::confirmed);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Fate fate = out.records[i].fate;
      if (fate == Fate::confirmed || fate == Fate::open) took.push_back(batch[i]);
    }
    return out;
  }
  runtime::Explained<bool> confirm(runtime::Instant) override {
    const std::lock_guard lock(mutex);
    return confirms ? confirms() : true;
  }
  void cancel() noexcept override {}

  std::mutex mutex;
  Answer answer;
  std::function<runtime::Explained<bool>()> confirms;
  std::vector<Record> took;
  int sends = 0;
};

class SinkTest : public testing::Test {
 protected:
  SinkTest() {
    times_.first_pause = 1ms;
    times_.longest_pause = times_.longest_setup_pause = 5ms;
    times_.confirm_every = 1ms;
    add(20);
  }
  ~SinkTest() override {
    stop();
    part_.end.close();
  }

  void add(int events) {
    for (int i = 0; i < events; ++i) {
      ++messages_;
      schemas::Event event = tests::dropped({.message = messages_, .delivery = messages_});
      event.set_event_id(tests::message_id(messages_).bytes());
      part_.add(event);
    }
  }
  std::string path(const std::string& name) const { return directory_.path(name); }

  void start(Begin begin = Begin::start) {
    source_ =
        ArchiveSource::open(
            {{0, std::make_shared<projector::Archive>(part_.store), &part_.end, [] { return 0; }}},
            path("siem.cursor"), begin, clock_)
            .value();
    const SinkParts parts{source_.get(), &mapping_, &receiver_, &dead_, &clock_, chance_.get()};
    sink_ = std::make_unique<Sink>("siem", filter_, parts, times_);
    thread_ = std::thread([this] { sink_->run(); });
    ticks_ = std::thread([this] {
      while (!over_) {
        part_.end.expire(clock_.now());
        std::this_thread::sleep_for(5ms);
      }
    });
  }
  void stop() {
    if (!sink_) return;
    sink_->cancel();
    thread_.join();
    over_ = true;
    ticks_.join();
    over_ = false;
    sink_.reset();
  }
  // Until it is so, or a minute has passed.
  template <class Condition>
  bool comes_to(Condition condition) {
    const auto until = clock_.now() + 1min;
    while (clock_.now() < until) {
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
  bool settles() {
    return comes_to([&] { return sink_->status().behind == 0; });
  }
  std::set<std::string> ids() {
    const std::lock_guard lock(receiver_.mutex);
    std::set<std::string> out;
    for (const Record& record : receiver_.took) out.insert(record.id);
    return out;
  }
  std::size_t taken() {
    const std::lock_guard lock(receiver_.mutex);
    return receiver_.took.size();
  }
  std::string dead() const {
    std::ifstream file(path("siem.dead"));
    std::stringstream out;
    out << file.rdbuf();
    return out.str();
  }

  tests::TemporaryDirectory directory_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  runtime::AsioClock clock_;
  tests::ArchivePart part_;
  unsigned messages_ = 0;
  Mapping mapping_{{}};
  Filter filter_;
  SinkTimes times_;
  FakeReceiver receiver_;
  DeadLetters dead_{path("siem.dead"), clock_};
  std::unique_ptr<ArchiveSource> source_;
  std::unique_ptr<Sink> sink_;
  std::thread thread_;
  std::thread ticks_;
  std::atomic<bool> over_{false};
};

TEST_F(SinkTest, TellsEveryEventOnceAndGoesOnWhereItWas) {
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 20U);
  EXPECT_EQ(ids().size(), 20U);
  stop();
  add(3);
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 23U);
  EXPECT_EQ(ids().size(), 23U);
}

TEST_F(SinkTest, ANewOneBeginsWithWhatComes) {
  start(Begin::end);
  add(2);
  ASSERT_TRUE(comes_to([&] { return taken() == 2U; }));
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 2U);
}

TEST_F(SinkTest, WhatTheFilterDoesNotWantIsSettled) {
  filter_.kinds = {schemas::Kind::bounced};
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 0U);
  EXPECT_EQ(sink_->status().left_out, 20U);
}

TEST_F(SinkTest, AReceiverThatIsAwayIsWaitedFor) {
  receiver_.answer = [this](std::span<const Record> batch) {
    if (receiver_.sends > 20) return Outcome::all(batch.size(), Fate::confirmed);
    return Outcome::nothing(batch.size(), Trouble::weather, {Errc::refused, "nobody is there"});
  };
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::waiting; }));
  EXPECT_EQ(sink_->status().why, "nobody is there");
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 20U);
  EXPECT_EQ(sink_->status().state, SinkState::running);
}

TEST_F(SinkTest, WhatSomebodyHasToMendHoldsItUpAndLosesNothing) {
  std::atomic<bool> mended = false;
  receiver_.answer = [&](std::span<const Record> batch) {
    if (mended) return Outcome::all(batch.size(), Fate::confirmed);
    return Outcome::nothing(batch.size(), Trouble::setup, {Errc::refused, "401: who are you"});
  };
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::stuck; }));
  EXPECT_EQ(sink_->status().behind, 20U);
  EXPECT_EQ(dead(), "");
  mended = true;
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 20U);
}

TEST_F(SinkTest, ARecordThatSpoilsItsBatchIsParkedAloneAndCanBeSentAgain) {
  std::atomic<bool> mended = false;
  std::string poison;
  receiver_.answer = [&](std::span<const Record> batch) {
    if (poison.empty()) poison = batch[5].id;
    for (const Record& record : batch) {
      if (record.id != poison || mended) continue;
      return Outcome::nothing(batch.size(), Trouble::batch, {Errc::invalid, "400: bad \"date\""});
    }
    return Outcome::all(batch.size(), Fate::confirmed);
  };
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 19U);
  EXPECT_FALSE(ids().contains(poison));
  EXPECT_EQ(sink_->status().dead, 1U);
  EXPECT_NE(dead().find(poison), std::string::npos) << dead();
  EXPECT_NE(dead().find("400: bad \\\"date\\\""), std::string::npos) << dead();
  mended = true;
  ASSERT_TRUE(ask_to_retry(path("siem.dead")));
  ASSERT_TRUE(comes_to([&] { return ids().contains(poison); }));
  ASSERT_TRUE(comes_to([&] { return dead_.to_retry().value().empty(); }));
  EXPECT_EQ(taken(), 20U);
  EXPECT_EQ(ask_to_retry(path("siem.dead")).error(), Errc::not_found);
}

TEST_F(SinkTest, OfABatchEachRecordHasItsOwnFate) {
  std::set<std::string> refused;
  receiver_.answer = [&](std::span<const Record> batch) {
    Outcome out = Outcome::all(batch.size(), Fate::confirmed);
    out.records[0] = {Fate::refused, "mapper_parsing_exception"};
    refused.insert(batch[0].id);
    if (batch.size() > 2) out.records[2] = {Fate::again, {}};
    if (batch.size() > 3) out.records[3] = {Fate::repeat, {}};
    return out;
  };
  start();
  ASSERT_TRUE(settles());
  EXPECT_GT(refused.size(), 2U);
  const SinkStatus status = sink_->status();
  EXPECT_EQ(status.dead, refused.size());
  EXPECT_EQ(status.confirmed + status.dead, 20U);
  EXPECT_GT(status.repeats, 0U);
}

TEST_F(SinkTest, WhereNoDeadLetterCanBeKeptItStandsStill) {
  std::ofstream(path("siem.dead")) << std::string(kMostDeadLetters - 10, 'x') << "\n";
  receiver_.answer = [](std::span<const Record> batch) {
    return Outcome::all(batch.size(), Fate::refused);
  };
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::stuck; }));
  EXPECT_NE(sink_->status().why.find("is full"), std::string::npos);
  EXPECT_EQ(sink_->status().behind, 20U);
  EXPECT_EQ(sink_->status().dead, 0U);
}

TEST_F(SinkTest, WhatIsOpenIsSentAgainWhereItWasNotRead) {
  int asked = 0;
  receiver_.answer = [](std::span<const Record> batch) {
    return Outcome::all(batch.size(), Fate::open);
  };
  receiver_.confirms = [&]() -> runtime::Explained<bool> {
    ++asked;
    if (asked == 1) return Failure{Errc::closed, "reset"};
    return asked > 3;
  };
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(ids().size(), 20U);
  EXPECT_GT(taken(), 20U) << "what was open came again";
  const std::lock_guard lock(receiver_.mutex);
  std::map<std::string, std::string> bodies;
  for (const Record& record : receiver_.took) {
    const auto [first, is_new] = bodies.emplace(record.id, record.body);
    EXPECT_EQ(first->second, record.body) << "a repeat has the same octets";
  }
}

TEST_F(SinkTest, WhatWasNotConfirmedAtItsEndIsSentByTheNextOne) {
  receiver_.answer = [](std::span<const Record> batch) {
    return Outcome::all(batch.size(), Fate::open);
  };
  times_.confirm_every = 1h;
  start();
  ASSERT_TRUE(comes_to([&] { return taken() == 20U; }));
  EXPECT_EQ(sink_->status().confirmed, 0U);
  stop();
  times_.confirm_every = 1ms;
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 40U);
}

// Views that are folded anew begin at their beginning; what was told is not told again.
TEST_F(SinkTest, ACursorAheadOfTheViewsIsWaitedFor) {
  ASSERT_TRUE(write_cursor_file(path("siem.cursor"), {{0, {schemas::EventIndex(22)}}}));
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::waiting; }));
  EXPECT_NE(sink_->status().why.find("ahead of the views"), std::string::npos);
  add(5);
  ASSERT_TRUE(comes_to([&] { return taken() == 3U; }));
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 3U);
}

TEST_F(SinkTest, ACursorOfAnotherLogIsNoPlaceInThisOne) {
  start();
  ASSERT_TRUE(settles());
  stop();
  Cursor cursor = read_cursor_file(path("siem.cursor")).value().value();
  EXPECT_EQ(cursor.at(0).next, schemas::EventIndex(20));
  cursor.at(0).after = std::string(32, '0');
  ASSERT_TRUE(write_cursor_file(path("siem.cursor"), cursor));
  add(5);
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::stuck; }));
  EXPECT_NE(sink_->status().why.find("of another log"), std::string::npos);
  EXPECT_EQ(taken(), 20U);
}

TEST_F(SinkTest, ABatchThatIsRefusedSaysNothingOfWhatIsOpen) {
  int sent = 0;
  bool confirmed = false;
  receiver_.answer = [&](std::span<const Record> batch) {
    if (++sent == 2) {
      return Outcome::nothing(batch.size(), Trouble::batch, {Errc::invalid, "413"});
    }
    return Outcome::all(batch.size(), Fate::open);
  };
  receiver_.confirms = [&] { return runtime::Explained<bool>(confirmed = true); };
  start();
  ASSERT_TRUE(settles());
  EXPECT_TRUE(confirmed);
  EXPECT_EQ(taken(), 20U) << "what was open was not sent again";
}

TEST_F(SinkTest, ATroubleOfOurOwnIsOverWhenItIs) {
  filter_.kinds = {schemas::Kind::bounced};
  ASSERT_TRUE(write_cursor_file(path("siem.cursor"), {{0, {schemas::EventIndex(22)}}}));
  start();
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::waiting; }));
  add(3);
  ASSERT_TRUE(comes_to([&] { return sink_->status().state == SinkState::running; }));
  EXPECT_EQ(taken(), 0U);
}

TEST_F(SinkTest, EventsThatAreLostHoldUpNobody) {
  part_.lose(3, 7, true);
  start();
  ASSERT_TRUE(settles());
  EXPECT_EQ(taken(), 16U);
}

}  // namespace
}  // namespace waybill::stream
