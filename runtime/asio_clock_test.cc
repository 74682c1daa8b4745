#include "runtime/asio_clock.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"

namespace waybill::runtime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(AsioClockTest, MonotonicTimeDoesNotGoBack) {
  const AsioClock clock;
  const Instant before = clock.now();
  EXPECT_LE(before, clock.now());
}

TEST(AsioClockTest, WallTimeIsOfOurDays) {
  const AsioClock clock;
  EXPECT_GT(clock.wall(), WallTime(hours(24 * 365 * 50)));
}

TEST(AsioClockTest, SleepsUntilTheMomentAndNoShorter) {
  boost::asio::io_context io;
  AsioClock clock;
  const Instant when = clock.now() + milliseconds(20);
  tests::run_task(io, clock.sleep_until(when));
  EXPECT_GE(clock.now(), when);
}

TEST(AsioClockTest, AMomentThatHasPassedEndsAtOnce) {
  boost::asio::io_context io;
  AsioClock clock;
  const Instant before = clock.now();
  tests::run_task(io, clock.sleep_until(before - hours(1)));
  EXPECT_LT(clock.now() - before, hours(1));
}

Task<void> sleep_and_note(AsioClock& clock, Instant when, int name, std::vector<int>& order) {
  co_await clock.sleep_until(when);
  order.push_back(name);
}

TEST(AsioClockTest, SleepersWakeInTheOrderOfTheirMoments) {
  boost::asio::io_context io;
  AsioClock clock;
  Scope scope(io.get_executor());
  std::vector<int> order;
  const Instant now = clock.now();
  scope.spawn("late", sleep_and_note(clock, now + milliseconds(40), 2, order));
  scope.spawn("early", sleep_and_note(clock, now + milliseconds(10), 1, order));
  io.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace waybill::runtime
