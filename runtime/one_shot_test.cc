#include "runtime/one_shot.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "runtime/io_thread.h"
#include "tests/support/run_task.h"

namespace waybill::runtime {
namespace {

TEST(OneShotTest, AValueGivenBeforeIsThereAtOnce) {
  boost::asio::io_context io;
  const OneShot<int> shot;
  shot.give(7);
  EXPECT_EQ(tests::run_task(io, shot.wait()), 7);
}

TEST(OneShotTest, AWaiterResumesOnItsOwnExecutorAndNeverInsideGive) {
  boost::asio::io_context io;
  const OneShot<int> shot;
  std::optional<int> got;
  boost::asio::co_spawn(io, shot.wait(), [&](std::exception_ptr, int value) { got = value; });
  io.poll();
  EXPECT_FALSE(got);
  shot.give(7);
  EXPECT_FALSE(got);
  io.restart();
  io.poll();
  EXPECT_EQ(got, 7);
}

TEST(OneShotTest, CopiesShareTheOneValue) {
  boost::asio::io_context io;
  const OneShot<std::string> shot;
  const OneShot<std::string> copy = shot;
  copy.give("shared");
  EXPECT_EQ(tests::run_task(io, shot.wait()), "shared");
}

TEST(OneShotTest, AValueThatCannotBeCopiedIsMoved) {
  boost::asio::io_context io;
  const OneShot<std::unique_ptr<int>> shot;
  shot.give(std::make_unique<int>(7));
  EXPECT_EQ(*tests::run_task(io, shot.wait()), 7);
}

Task<void> wait_there(OneShot<int> shot, std::thread::id& resumed_on, int& got) {
  got = co_await shot.wait();
  resumed_on = std::this_thread::get_id();
}

TEST(OneShotTest, AValueFromAnotherThreadResumesTheWaiterOnItsOwn) {
  for (int round = 0; round < 200; ++round) {
    const OneShot<int> shot;
    std::thread::id resumed_on;
    int got = 0;
    // The two meet at any moment: before, within and after wait().
    std::thread giver([&] { shot.give(round + 1); });
    run_until_done(wait_there(shot, resumed_on, got));
    giver.join();
    ASSERT_EQ(got, round + 1);
    ASSERT_EQ(resumed_on, std::this_thread::get_id());
  }
}

TEST(OneShotDeathTest, GivingTwiceIsABrokenPromise) {
  const OneShot<int> shot;
  shot.give(1);
  EXPECT_DEATH(shot.give(2), "a one-shot value is given once");
}

}  // namespace
}  // namespace waybill::runtime
