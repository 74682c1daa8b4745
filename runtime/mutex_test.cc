#include "runtime/mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;

// What the compiler refuses is shown in tests/arch/locks_test.py.
struct Box {
  Mutex mutex;
  ConditionVariable told;
  int value WAYBILL_GUARDED_BY(mutex) = 0;
};

TEST(Mutex, LetsOneThreadInAtATime) {
  constexpr int kTurns = 10'000;
  Box box;
  const auto count = [&box] {
    for (int i = 0; i < kTurns; ++i) {
      const MutexLock lock(box.mutex);
      ++box.value;
    }
  };
  std::thread other(count);
  count();
  other.join();
  const MutexLock lock(box.mutex);
  EXPECT_EQ(2 * kTurns, box.value);
}

TEST(MutexLock, ThatLetGoIsNotLetGoAgainAtTheEnd) {
  Box box;
  {
    MutexLock lock(box.mutex);
    lock.unlock();
    // Free: another may have it, also when `lock` ends.
    const MutexLock second(box.mutex);
    box.value = 1;
  }
  MutexLock lock(box.mutex);
  lock.unlock();
  lock.lock();
  EXPECT_EQ(1, box.value);
}

TEST(ConditionVariable, WakesItsWaiterWithTheLockHeld) {
  Box box;
  std::thread teller([&box] {
    {
      const MutexLock lock(box.mutex);
      box.value = 1;
    }
    box.told.notify_one();
  });
  {
    const MutexLock lock(box.mutex);
    while (box.value == 0) box.told.wait(box.mutex);
    box.value = 2;
  }
  teller.join();
  const MutexLock lock(box.mutex);
  EXPECT_EQ(2, box.value);
}

TEST(ConditionVariable, SaysWhenTheTimeIsOver) {
  Box box;
  const Instant until = wait_end(milliseconds(20));
  const MutexLock lock(box.mutex);
  // It may return early for no reason, and then says that there is time left.
  while (box.told.wait_until(box.mutex, until)) EXPECT_EQ(0, box.value);
  EXPECT_GE(wait_end(Duration(0)), until);
}

TEST(SharedMutex, LetsReadersInTogetherAndAWriterAlone) {
  SharedMutex mutex;
  std::atomic<bool> written{false};
  std::thread writer;
  {
    const ReaderLock first(mutex);
    // Would not end if one reader kept the next out.
    std::thread([&mutex] { const ReaderLock second(mutex); }).join();
    writer = std::thread([&mutex, &written] {
      const WriterLock lock(mutex);
      written = true;
    });
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_FALSE(written);
  }
  writer.join();
  EXPECT_TRUE(written);
}

}  // namespace
}  // namespace waybill::runtime
