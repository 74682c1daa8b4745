#include "projector/archive/archive_wait.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "tests/support/waits.h"

namespace waybill::projector {
namespace {

using runtime::Instant;
using schemas::EventIndex;

const std::vector<bool> kStillWaits;
const std::vector<bool> kCame = {true};
const std::vector<bool> kCameNot = {false};

class ArchiveWaitTest : public testing::Test {
 protected:
  ~ArchiveWaitTest() override {
    // No wait outlives what it waits at.
    first_.close();
    second_.close();
    run();
  }

  std::vector<bool>& wait(ArchiveWait& by, std::uint64_t first, std::uint64_t second,
                          Instant deadline = Instant::max()) {
    std::vector<ReadTo> read = {{&first_, EventIndex(first)}, {&second_, EventIndex(second)}};
    return waits_.of(by.beyond_any(std::move(read), deadline));
  }
  void run() { waits_.run(); }

  tests::Waits waits_;
  ArchiveEnd first_{EventIndex(5)};
  ArchiveEnd second_{EventIndex(7)};
  ArchiveWait wait_;
};

TEST_F(ArchiveWaitTest, NobodyWaitsForWhatIsThereAtEitherEnd) {
  EXPECT_EQ(wait(wait_, 4, 7), kCame);
  EXPECT_EQ(wait(wait_, 5, 6), kCame);
  EXPECT_EQ(wait(wait_, 4, 6), kCame);
}

TEST_F(ArchiveWaitTest, EitherEndEndsIt) {
  auto& by_first = wait(wait_, 5, 7);
  EXPECT_EQ(by_first, kStillWaits);
  first_.reached(EventIndex(6));
  run();
  EXPECT_EQ(by_first, kCame);
  EXPECT_EQ(second_.waits(), 0U) << "a quiet partition keeps no list of waits that are over";
  auto& by_second = wait(wait_, 6, 7);
  EXPECT_EQ(by_second, kStillWaits);
  second_.reached(EventIndex(8));
  run();
  EXPECT_EQ(by_second, kCame);
}

TEST_F(ArchiveWaitTest, BothEndsAtOnceEndItOnce) {
  auto& answers = wait(wait_, 5, 7);
  first_.reached(EventIndex(6));
  second_.reached(EventIndex(8));
  second_.close();
  run();
  EXPECT_EQ(answers, kCame);
}

TEST_F(ArchiveWaitTest, AnEndThatDoesNotGetSoFarEndsNothing) {
  auto& answers = wait(wait_, 6, 9);
  first_.reached(EventIndex(6));
  second_.reached(EventIndex(9));
  run();
  EXPECT_EQ(answers, kStillWaits);
  second_.reached(EventIndex(10));
  run();
  EXPECT_EQ(answers, kCame);
}

TEST_F(ArchiveWaitTest, ADeadlineEndsItAtWhicheverEndIsLookedAt) {
  const Instant start{};
  auto& answers = wait(wait_, 5, 7, start + std::chrono::seconds(2));
  first_.expire(start + std::chrono::seconds(1));
  second_.expire(start + std::chrono::seconds(1));
  run();
  EXPECT_EQ(answers, kStillWaits);
  second_.expire(start + std::chrono::seconds(2));
  first_.expire(start + std::chrono::seconds(2));
  run();
  EXPECT_EQ(answers, kCameNot);
}

TEST_F(ArchiveWaitTest, CancelEndsTheWaitUnderWayAndThoseToCome) {
  auto& before = wait(wait_, 5, 7);
  wait_.cancel();
  run();
  EXPECT_EQ(before, kCameNot);
  EXPECT_EQ(wait(wait_, 5, 7), kCameNot);
  // Nobody reads any more: what is there is not asked for.
  EXPECT_EQ(wait(wait_, 0, 0), kCameNot);
}

TEST_F(ArchiveWaitTest, CancelWithoutAWaitEndsThoseToCome) {
  wait_.cancel();
  wait_.cancel();
  EXPECT_EQ(wait(wait_, 5, 7), kCameNot);
}

TEST_F(ArchiveWaitTest, CancelIsOfOneReaderAlone) {
  ArchiveWait other;
  auto& others = wait(other, 5, 7);
  auto& own = wait(wait_, 5, 7);
  wait_.cancel();
  run();
  EXPECT_EQ(own, kCameNot);
  EXPECT_EQ(others, kStillWaits);
  first_.reached(EventIndex(6));
  run();
  EXPECT_EQ(others, kCame);
}

TEST_F(ArchiveWaitTest, AnEndThatIsClosedEndsIt) {
  auto& answers = wait(wait_, 5, 7);
  second_.close();
  run();
  EXPECT_EQ(answers, kCameNot);
  EXPECT_EQ(wait(wait_, 5, 7), kCameNot);
  EXPECT_EQ(wait(wait_, 4, 7), kCame);
}

// A wait that ended at one end is forgotten by the other: it may be gone by then.
TEST_F(ArchiveWaitTest, WhatEndedIsNotEndedAgain) {
  std::optional<ArchiveWait> reader(std::in_place);
  auto& answers = wait(*reader, 5, 7);
  first_.reached(EventIndex(6));
  run();
  EXPECT_EQ(answers, kCame);
  reader.reset();
  second_.reached(EventIndex(8));
  second_.expire(Instant::max());
  run();
  EXPECT_EQ(answers, kCame);
}

// Two writers race for the word, and cancel() with both.
TEST_F(ArchiveWaitTest, OneWordEndsItHoweverManyGiveOne) {
  const auto work = boost::asio::make_work_guard(waits_.io());
  for (std::uint64_t round = 0; round < 500; ++round) {
    ArchiveWait reader;
    auto& answers = wait(reader, 5 + round, 7 + round);
    std::thread one([&] { first_.reached(EventIndex(6 + round)); });
    std::thread two([&] { second_.reached(EventIndex(8 + round)); });
    if (round % 2 == 0) reader.cancel();
    waits_.io().restart();
    while (answers.empty() && waits_.io().run_one_for(std::chrono::seconds(20)) > 0) {
    }
    one.join();
    two.join();
    ASSERT_EQ(answers.size(), 1U) << round;
    if (round % 2 != 0) {
      EXPECT_EQ(answers, kCame) << round;
    }
  }
}

}  // namespace
}  // namespace waybill::projector
