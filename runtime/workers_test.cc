#include "runtime/workers.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "runtime/io_thread.h"
#include "tests/support/run_task.h"

namespace waybill::runtime {
namespace {

// Keeps a worker busy until it is let go.
class Gate {
 public:
  std::function<void()> job() {
    return [this] {
      entered_.set_value();
      open_.get_future().wait();
    };
  }
  void wait_until_entered() { entered_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> open_;
};

TEST(WorkersTest, RefusesWhatIsAboveTheQueuesLimit) {
  const auto workers = thread_workers("wb-test", 1, 2);
  std::atomic<int> ran = 0;
  Gate gate;
  ASSERT_TRUE(workers->submit(gate.job()));
  gate.wait_until_entered();
  EXPECT_TRUE(workers->submit([&] { ++ran; }));
  EXPECT_TRUE(workers->submit([&] { ++ran; }));
  EXPECT_FALSE(workers->submit([&] { ran += 100; }));
  gate.open();
  while (ran < 2) std::this_thread::yield();
  EXPECT_TRUE(workers->submit([&] { ++ran; }));
  while (ran < 3) std::this_thread::yield();
  EXPECT_EQ(ran, 3);
}

TEST(WorkersTest, RunsWhatWasQueuedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    const auto workers = thread_workers("wb-test", 2, 1000);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(workers->submit([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 500);
}

TEST(WorkersTest, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    const auto workers = thread_workers("wb-test", 1, 1000);
    for (int i = 0; i < 100; ++i) workers->submit([&order, i] { order.push_back(i); });
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order.at(static_cast<std::size_t>(i)), i);
}

// Where a job ran.
struct ThreadName {
  Result<std::string> operator()() const {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return std::string(name);
  }
};

Task<void> ask_name(Workers& workers, Result<std::string>& name, std::thread::id& resumed_on) {
  const ThreadName job;
  name = co_await run_on(workers, job);
  resumed_on = std::this_thread::get_id();
}

TEST(WorkersTest, RunOnGivesTheJobsAnswerAndComesBackToTheCaller) {
  const auto workers = thread_workers("wb-test-with-a-long-name", 1, 10);
  Result<std::string> name;
  std::thread::id resumed_on;
  run_until_done(ask_name(*workers, name, resumed_on));
  ASSERT_TRUE(name);
  // The kernel keeps 15 octets of a name.
  EXPECT_EQ(*name, "wb-test-with-a-");
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(WorkersTest, RunOnAFullPoolIsATemporaryFailureAtOnce) {
  const auto workers = thread_workers("wb-test", 1, 0);
  Result<std::string> name;
  std::thread::id resumed_on;
  run_until_done(ask_name(*workers, name, resumed_on));
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error(), Errc::temporary);
}

TEST(WorkersTest, InlineWorkersRunAJobBeforeSubmitReturns) {
  const auto workers = inline_workers();
  std::thread::id ran_on;
  EXPECT_TRUE(workers->submit([&] { ran_on = std::this_thread::get_id(); }));
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace waybill::runtime
