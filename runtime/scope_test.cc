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

struct Queue {
  std::size_t next = 0;
  std::vector<OneShot<bool>> pieces;
  std::size_t running = 0;
  std::size_t most = 0;
  std::size_t done = 0;
};

Task<void> work_through(Queue& queue) {
  while (queue.next < queue.pieces.size()) {
    const OneShot<bool> piece = queue.pieces[queue.next++];
    queue.most = std::max(queue.most, ++queue.running);
    co_await piece.wait();
    --queue.running;
    ++queue.done;
  }
}

Task<void> all_side_by_side(Queue& queue, std::size_t most, bool& ended) {
  const auto make = [&] { return work_through(queue); };
  co_await side_by_side("piece", most, queue.pieces.size(), make);
  ended = true;
}

TEST_F(ScopeTest, WorkGoesOnSideBySideUpToItsBoundAndEndsTogether) {
  for (const std::size_t pieces : {0, 1, 3, 7}) {
    Queue queue;
    queue.pieces.resize(pieces);
    bool ended = false;
    scope_.spawn("all", all_side_by_side(queue, 3, ended));
    run();
    EXPECT_EQ(queue.running, std::min<std::size_t>(pieces, 3));
    EXPECT_EQ(ended, pieces == 0);
    for (const auto& piece : queue.pieces) piece.give(true);
    run();
    EXPECT_TRUE(ended);
    EXPECT_EQ(queue.done, pieces);
    EXPECT_LE(queue.most, 3U);
  }
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
