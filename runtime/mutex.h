// Locks that the compiler checks: std::mutex and its kin, and the words by which clang's
// -Wthread-safety knows what each of them guards. The check build ends where a guarded member is
// touched, or a function called, without the lock that it asks for. g++ reads past the words.
//
// Costs and promises are those of the standard library's own, with one limit: a waiter loops over
// what it waits for itself, where the compiler sees that the lock is held:
//
//     const MutexLock lock(mutex_);
//     while (jobs_.empty()) arrived_.wait(mutex_);
//
// A lambda is checked as a function of its own, which holds nothing. If it runs under its maker's
// lock, it begins with mutex_.assert_held(). Constructors and destructors are not checked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include "runtime/time.h"

#if defined(__clang__)
#define WAYBILL_THREAD_SAFETY(x) __attribute__((x))
#else
#define WAYBILL_THREAD_SAFETY(x)
#endif

// A member: read or written with this lock held; of a shared one, written with the whole of it.
#define WAYBILL_GUARDED_BY(x) WAYBILL_THREAD_SAFETY(guarded_by(x))
// A function: its caller holds this lock.
#define WAYBILL_REQUIRES(x) WAYBILL_THREAD_SAFETY(requires_capability(x))
// A function: its caller holds this lock, be it with other readers.
#define WAYBILL_REQUIRES_SHARED(x) WAYBILL_THREAD_SAFETY(requires_shared_capability(x))
// A function that is not checked; why it is right without stands beside it.
#define WAYBILL_UNCHECKED WAYBILL_THREAD_SAFETY(no_thread_safety_analysis)

namespace waybill::runtime {

class WAYBILL_THREAD_SAFETY(capability("mutex")) Mutex {
 public:
  void lock() WAYBILL_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() WAYBILL_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
  // For the compiler alone: nothing is asked when it runs.
  void assert_held() const WAYBILL_THREAD_SAFETY(assert_capability(this)) {}

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

// Any number of readers, or one writer.
class WAYBILL_THREAD_SAFETY(capability("mutex")) SharedMutex {
 public:
  void lock() WAYBILL_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() WAYBILL_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
  void lock_shared() WAYBILL_THREAD_SAFETY(acquire_shared_capability()) { mutex_.lock_shared(); }
  void unlock_shared() WAYBILL_THREAD_SAFETY(release_shared_capability()) {
    mutex_.unlock_shared();
  }
  void assert_held() const WAYBILL_THREAD_SAFETY(assert_capability(this)) {}

 private:
  std::shared_mutex mutex_;
};

// Holds a mutex until the end of its block. In between it may let go: every way out of the block is
// right, with the lock or without.
class WAYBILL_THREAD_SAFETY(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) WAYBILL_THREAD_SAFETY(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() WAYBILL_THREAD_SAFETY(release_capability()) {
    if (held_) mutex_.unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void unlock() WAYBILL_THREAD_SAFETY(release_capability()) {
    held_ = false;
    mutex_.unlock();
  }
  void lock() WAYBILL_THREAD_SAFETY(acquire_capability()) {
    mutex_.lock();
    held_ = true;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

class WAYBILL_THREAD_SAFETY(scoped_lockable) WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) WAYBILL_THREAD_SAFETY(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~WriterLock() WAYBILL_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class WAYBILL_THREAD_SAFETY(scoped_lockable) ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) WAYBILL_THREAD_SAFETY(acquire_shared_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReaderLock() WAYBILL_THREAD_SAFETY(release_capability()) { mutex_.unlock_shared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Both waits let go of `mutex` and hold it again when they return, which they may do for no reason.
class ConditionVariable {
 public:
  void wait(Mutex& mutex) WAYBILL_REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    told_.wait(held);
    held.release();
  }

  // False: `until` has passed, by the machine's clock (wait_end).
  bool wait_until(Mutex& mutex, Instant until) WAYBILL_REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    const bool in_time = told_.wait_until(held, until) == std::cv_status::no_timeout;
    held.release();
    return in_time;
  }

  void notify_one() noexcept { told_.notify_one(); }
  void notify_all() noexcept { told_.notify_all(); }

 private:
  std::condition_variable told_;
};

// The end of a wait that begins now.
inline Instant wait_end(Duration wait) { return std::chrono::steady_clock::now() + wait; }

}  // namespace waybill::runtime
