#include "ingest/clock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/event.h"

namespace waybill::ingest {
namespace {

using namespace std::chrono_literals;
using runtime::Instant;
using runtime::WallTime;
using testing::HasSubstr;

constexpr WallTime kStart{1'772'366'400s};  // 2026-03-01T12:00:00Z

// Its date is set apart from what went by.
class SetClock final : public runtime::Clock {
 public:
  Instant now() const override { return now_; }
  WallTime wall() const override { return kStart + (now_ - Instant(1h)) + off_; }
  runtime::Task<void> sleep_until(Instant) override { co_return; }

  void go_on(runtime::Duration by) { now_ += by; }
  void set_off(runtime::Duration off) { off_ = off; }

 private:
  Instant now_{1h};
  runtime::Duration off_{0};
};

class ClockWatchTest : public ::testing::Test {
 protected:
  void begin(std::optional<WallTime> last = std::nullopt) {
    watch_.emplace(clock_, last, metrics_);
  }
  std::string event_after(runtime::Duration by) {
    clock_.go_on(by);
    watch_->saw(clock_.wall());
    return watch_->note();
  }
  void expect_jumps(int count) {
    EXPECT_THAT(metrics_.render(),
                HasSubstr("waybill_clock_jumps_total " + std::to_string(count) + "\n"));
  }

  SetClock clock_;
  runtime::Metrics metrics_;
  std::optional<ClockWatch> watch_;
};

TEST_F(ClockWatchTest, TimeThatGoesByIsNoJumpHoweverLong) {
  begin();
  EXPECT_EQ(event_after(0s), "");
  EXPECT_EQ(event_after(72h), "");
  clock_.set_off(49min);
  EXPECT_EQ(event_after(1s), "");
  expect_jumps(0);
}

TEST_F(ClockWatchTest, EachJumpIsSaidOnceAheadAndBack) {
  begin();
  event_after(0s);
  clock_.set_off(20 * 24h);
  const std::string said = event_after(1s);
  EXPECT_THAT(said, HasSubstr("stamped 2026-03-21T12:00:01"));
  EXPECT_THAT(said, HasSubstr("20 d later than the one before"));
  EXPECT_THAT(event_after(1s), HasSubstr("20 d later"));
  expect_jumps(1);
  clock_.set_off(0s);
  EXPECT_THAT(event_after(1s), HasSubstr("20 d earlier"));
  expect_jumps(2);
  clock_.set_off(-1h);
  EXPECT_THAT(event_after(1s), HasSubstr("60 min earlier"));
  expect_jumps(3);
}

TEST_F(ClockWatchTest, ItIsNotedForADay) {
  begin();
  event_after(0s);
  clock_.set_off(3h);
  EXPECT_NE(event_after(1s), "");
  EXPECT_NE(event_after(23h), "");
  EXPECT_EQ(event_after(1h), "");
}

TEST_F(ClockWatchTest, OverAStartTheLastEventOnRecordIsWhatCounts) {
  begin(kStart + 2h);
  EXPECT_THAT(event_after(0s), HasSubstr("2 h earlier than the last one on record"));
  begin(kStart - 15 * 24h);
  EXPECT_THAT(event_after(0s), HasSubstr("15 d later than the last one on record, unless"));
  expect_jumps(2);
  begin(kStart - 13 * 24h);
  EXPECT_EQ(event_after(0s), "");
  begin(kStart + 40min);
  EXPECT_EQ(event_after(0s), "");
  expect_jumps(2);
}

}  // namespace
}  // namespace waybill::ingest
