#include "runtime/scope.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "runtime/one_shot.h"

namespace waybill::runtime {
namespace {

Task<void> wait_for(OneShot<bool> go, int& ended) {
  co_await go.wait();
  ++ended;
}

Task<void> spawn_after(OneShot<bool> go, Scope& scope, OneShot<bool> inner, int& ended) {
  co_await go.wait();
  scope.spawn("inner", wait_for(inner, ended));
  ++ended;
}

Task<void> throws() {
  throw std::runtime_error("out of luck");
  co_return;
}

class ScopeTest : public ::testing::Test {
 protected:
  void run() {
    io_.restart();
    io_.poll();
  }

  // Starts a join and counts its end.
  void join(int& joined) {
    boost::asio::co_spawn(io_, scope_.join(), [&](std::exception_ptr) { ++joined; });
    run();
  }

  boost::asio::io_context io_;
  Scope scope_{io_.get_executor()};
};

TEST_F(ScopeTest, JoiningAnEmptyScopeEndsAtOnce) {
  int joined = 0;
  join(joined);
  EXPECT_EQ(joined, 1);
}

TEST_F(ScopeTest, JoinWaitsForEveryTask) {
  const OneShot<bool> first;
  const OneShot<bool> second;
  int ended = 0;
  int joined = 0;
  scope_.spawn("first", wait_for(first, ended));
  scope_.spawn("second", wait_for(second, ended));
  EXPECT_EQ(scope_.running(), 2u);
  join(joined);
  second.give(true);
  run();
  EXPECT_EQ(scope_.running(), 1u);
  EXPECT_EQ(joined, 0);
  first.give(true);
  run();
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(joined, 1);
}

TEST_F(ScopeTest, JoinWaitsForTasksThatTasksSpawn) {
  const OneShot<bool> go;
  const OneShot<bool> inner;
  int ended = 0;
  int joined = 0;
  scope_.spawn("outer", spawn_after(go, scope_, inner, ended));
  join(joined);
  go.give(true);
  run();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(joined, 0);
  inner.give(true);
  run();
  EXPECT_EQ(joined, 1);
}

TEST_F(ScopeTest, EveryJoinerIsWoken) {
  const OneShot<bool> go;
  int ended = 0;
  int joined = 0;
  scope_.spawn("task", wait_for(go, ended));
  join(joined);
  join(joined);
  go.give(true);
  run();
  EXPECT_EQ(joined, 2);
}

void throw_in_a_task() {
  boost::asio::io_context io;
  Scope scope(io.get_executor());
  scope.spawn("unlucky task", throws());
  io.run();
}

TEST(ScopeDeathTest, AnExceptionThatLeavesATaskEndsTheProcessWithTheTasksName) {
  EXPECT_DEATH(throw_in_a_task(), "broken promise: unlucky task: out of luck");
}

void end_a_scope_too_soon() {
  boost::asio::io_context io;
  const OneShot<bool> never;
  int ended = 0;
  Scope scope(io.get_executor());
  scope.spawn("still running", wait_for(never, ended));
  io.poll();
}

TEST(ScopeDeathTest, AScopeThatEndsBeforeItsTasksIsABrokenPromise) {
  EXPECT_DEATH(end_a_scope_too_soon(), "a scope is joined before it ends");
}

}  // namespace
}  // namespace waybill::runtime
