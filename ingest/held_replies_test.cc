#include "ingest/held_replies.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "runtime/clock.h"
#include "tests/support/ordinals.h"
#include "tests/support/virtual_clock.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using namespace std::chrono_literals;

// The result that the caller of an append got: nothing while it waits.
using Answer = std::shared_ptr<std::optional<Result<void>>>;

class HeldRepliesTest : public ::testing::Test {
 protected:
  Answer hold(schemas::SequenceNumber end) {
    const auto answer = std::make_shared<std::optional<Result<void>>>();
    const Recorded done;
    boost::asio::co_spawn(io_, done.wait(),
                          [answer](std::exception_ptr, Result<void> told) { *answer = told; });
    held_->hold(end, done);
    run();
    return answer;
  }

  void acknowledged(schemas::SequenceNumber end) {
    held_->acknowledged(end);
    run();
  }

  void pass(std::chrono::milliseconds time) {
    clock_.call_at(clock_.now() + time, [] {});
    clock_.advance();
    held_->expire();
    run();
  }

  void run() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  std::optional<HeldReplies> held_{std::in_place, clock_, 1'000ms};
};

bool waits(const Answer& answer) { return !answer->has_value(); }
bool succeeded(const Answer& answer) { return answer->has_value() && (*answer)->has_value(); }
bool failed(const Answer& answer, Errc code) {
  return answer->has_value() && !(*answer)->has_value() && (*answer)->error() == code;
}

TEST_F(HeldRepliesTest, NobodyIsToldBeforeTheLogHasAllOfHisRecords) {
  const Answer answer = hold(5_seq);
  acknowledged(4_seq);
  EXPECT_TRUE(waits(answer));
  EXPECT_EQ(held_->size(), 1u);
  acknowledged(5_seq);
  EXPECT_TRUE(succeeded(answer));
  EXPECT_EQ(held_->size(), 0u);
}

TEST_F(HeldRepliesTest, OneAcknowledgementTellsAllBelowItAndNobodyBeyond) {
  const Answer first = hold(2_seq);
  const Answer second = hold(3_seq);
  const Answer third = hold(4_seq);
  acknowledged(3_seq);
  EXPECT_TRUE(succeeded(first));
  EXPECT_TRUE(succeeded(second));
  EXPECT_TRUE(waits(third));
}

TEST_F(HeldRepliesTest, WhatTheLogHasAlreadyIsNotHeld) {
  acknowledged(7_seq);
  EXPECT_TRUE(succeeded(hold(7_seq)));
  EXPECT_TRUE(waits(hold(8_seq)));
}

TEST_F(HeldRepliesTest, AnAcknowledgementThatGoesBackTakesNothingBack) {
  acknowledged(7_seq);
  acknowledged(3_seq);
  EXPECT_TRUE(succeeded(hold(7_seq)));
}

TEST_F(HeldRepliesTest, WhoeverWaitsLongerThanTheTimeoutIsToldSo) {
  const Answer early = hold(2_seq);
  pass(600ms);
  const Answer late = hold(3_seq);
  pass(400ms);
  EXPECT_TRUE(waits(early));
  pass(1ms);
  EXPECT_TRUE(failed(early, Errc::timeout));
  EXPECT_TRUE(waits(late));
  EXPECT_EQ(held_->size(), 1u);
}

TEST_F(HeldRepliesTest, AnAcknowledgementAfterTheTimeoutHarmsNobody) {
  const Answer late = hold(2_seq);
  pass(1'001ms);
  ASSERT_TRUE(failed(late, Errc::timeout));
  const Answer next = hold(3_seq);
  acknowledged(3_seq);
  EXPECT_TRUE(failed(late, Errc::timeout));
  EXPECT_TRUE(succeeded(next));
}

TEST_F(HeldRepliesTest, WhatIsStillHeldAtTheEndIsToldThatItIsClosed) {
  const Answer answer = hold(2_seq);
  held_.reset();
  run();
  EXPECT_TRUE(failed(answer, Errc::closed));
}

}  // namespace
}  // namespace waybill::ingest
