// ArchiveEnd: where a partition's archive ends, and the wait for more of it. The archive's writer
// tells it, or whoever asks the node that has the archive; any number of readers ask it and wait,
// each for an index of its own.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "runtime/mutex.h"
#include "runtime/one_shot.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// Any thread. It outlives every wait; close() comes before its end.
class ArchiveEnd {
 public:
  explicit ArchiveEnd(schemas::EventIndex end = {}) : end_(end) {}

  // The index behind the last event that readers find in the store.
  schemas::EventIndex index() const { return end_.load(std::memory_order_acquire); }

  // Events below `end` can be read from now on. Of an archive that is here it never goes back; of
  // one on other nodes it does where another of them is read, whose archive ends before.
  void reached(schemas::EventIndex end);

  // Nothing of an archive on another node can be read until reached() is called again: to its
  // readers it is empty, so that they wait.
  void lost() { end_.store({}, std::memory_order_release); }

  // True once the event of `index` is there. False: it was not by `deadline`, which is looked at by
  // expire() alone, or close() was called.
  runtime::Task<bool> beyond(schemas::EventIndex index, runtime::Instant deadline);

  // The word that ends a wait at one or several ends: the first one counts.
  class News {
   public:
    void give(bool there) const {
      if (!given_.test_and_set()) word_.give(there);
    }
    runtime::Task<bool> wait() const { return word_.wait(); }

   private:
    mutable std::atomic_flag given_;
    runtime::OneShot<bool> word_;
  };
  // As beyond(), for who waits at several ends: forget() takes it back.
  void await(schemas::EventIndex index, runtime::Instant deadline, std::shared_ptr<News> news);
  void forget(const std::shared_ptr<News>& news);

  // Waits under way.
  std::size_t waits() const {
    const runtime::MutexLock lock(mutex_);
    return waiting_.size();
  }

  // Ends the waits whose deadline has passed: for a tick of a second or so.
  void expire(runtime::Instant now);
  // Ends all waits, and those to come that would have to wait.
  void close();

 private:
  struct Waiting {
    schemas::EventIndex index;
    runtime::Instant deadline;
    std::shared_ptr<News> news;
  };
  // Takes those that `ends` says to end out of the list; gives them `answer` without the lock.
  template <class Ends>
  void end_waits(Ends ends, bool answer);

  std::atomic<schemas::EventIndex> end_;
  mutable runtime::Mutex mutex_;
  std::vector<Waiting> waiting_ WAYBILL_GUARDED_BY(mutex_);
  bool closed_ WAYBILL_GUARDED_BY(mutex_) = false;
};

}  // namespace waybill::projector
