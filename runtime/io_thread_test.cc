#include "runtime/io_thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <set>
#include <vector>

#include "runtime/one_shot.h"

namespace waybill::runtime {
namespace {

std::string name_of_this_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

TEST(IoThreadTest, AJobHasEndedOnItsThreadWhenItsCallReturns) {
  IoThread thread("io");
  std::thread::id ran_on;
  thread.call([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(IoThreadTest, AllJobsRunOnTheOneThreadInTheirOrder) {
  IoThread thread("io");
  std::set<std::thread::id> ran_on;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    boost::asio::post(thread.context(), [&order, i] { order.push_back(i); });
    thread.call([&] { ran_on.insert(std::this_thread::get_id()); });
  }
  EXPECT_EQ(ran_on.size(), 1u);
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(IoThreadTest, TheThreadShowsTheNameAsFarAsTheKernelHoldsIt) {
  const struct {
    const char* name;
    const char* shown;
  } cases[] = {
      {"relay-0", "relay-0"},
      {"exactly-15-char", "exactly-15-char"},
      {"a-name-that-is-far-too-long", "a-name-that-is-"},
  };
  for (const auto& c : cases) {
    IoThread thread(c.name);
    std::string shown;
    thread.call([&] { shown = name_of_this_thread(); });
    EXPECT_EQ(shown, c.shown);
  }
}

TEST(IoThreadTest, SeveralCallersAreServedAtOneTime) {
  IoThread thread("io");
  int count = 0;  // the thread's own
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 500; ++j) thread.call([&] { ++count; });
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(count, 2000);
}

Task<void> count_down(int rounds, int& left, std::set<std::thread::id>& ran_on) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  left = rounds;
  while (left > 0) {
    co_await boost::asio::post(executor, kUseAwaitable);
    ran_on.insert(std::this_thread::get_id());
    --left;
  }
}

TEST(IoThreadTest, DestructionLetsRunOutWhatIsUnderWay) {
  int left = -1;
  std::set<std::thread::id> ran_on;
  {
    IoThread thread("io");
    boost::asio::co_spawn(thread.executor(), count_down(1000, left, ran_on),
                          [](std::exception_ptr) {});
  }
  EXPECT_EQ(left, 0);
  EXPECT_EQ(ran_on.size(), 1u);
  EXPECT_FALSE(ran_on.contains(std::this_thread::get_id()));
}

TEST(RunUntilDoneTest, TheTaskRunsOnTheCallersThreadToItsEnd) {
  int left = -1;
  std::set<std::thread::id> ran_on;
  run_until_done(count_down(100, left, ran_on));
  EXPECT_EQ(left, 0);
  EXPECT_EQ(ran_on, std::set<std::thread::id>{std::this_thread::get_id()});
}

Task<void> take(OneShot<int> shot, int& got) { got = co_await shot.wait(); }

TEST(RunUntilDoneTest, ATaskMayWaitForAnotherThread) {
  const OneShot<int> shot;
  int got = 0;
  IoThread other("io");
  // Not before the task waits, as far as a pause can see to it.
  std::thread giver([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    other.call([&] { shot.give(7); });
  });
  run_until_done(take(shot, got));
  giver.join();
  EXPECT_EQ(got, 7);
}

}  // namespace
}  // namespace waybill::runtime
