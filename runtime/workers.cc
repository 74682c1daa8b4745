#include "runtime/workers.h"

#include <pthread.h>

#include <deque>
#include <thread>
#include <vector>

#include "runtime/mutex.h"

namespace waybill::runtime {
namespace {

class ThreadWorkers final : public Workers {
 public:
  ThreadWorkers(const std::string& name, std::size_t threads, std::size_t queue_limit)
      : queue_limit_(queue_limit) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
      pthread_setname_np(threads_.back().native_handle(), name.substr(0, 15).c_str());
    }
  }

  ~ThreadWorkers() override {
    {
      const MutexLock lock(mutex_);
      ending_ = true;
    }
    arrived_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  bool submit(std::function<void()> job) override {
    {
      const MutexLock lock(mutex_);
      if (ending_ || jobs_.size() >= queue_limit_) return false;
      jobs_.push_back(std::move(job));
    }
    arrived_.notify_one();
    return true;
  }

 private:
  void work() {
    MutexLock lock(mutex_);
    for (;;) {
      while (!ending_ && jobs_.empty()) arrived_.wait(mutex_);
      if (jobs_.empty()) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  const std::size_t queue_limit_;
  Mutex mutex_;
  ConditionVariable arrived_;
  std::deque<std::function<void()>> jobs_ WAYBILL_GUARDED_BY(mutex_);
  bool ending_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

class InlineWorkers final : public Workers {
 public:
  bool submit(std::function<void()> job) override {
    job();
    return true;
  }
};

}  // namespace

std::unique_ptr<Workers> thread_workers(std::string name, std::size_t threads,
                                        std::size_t queue_limit) {
  return std::make_unique<ThreadWorkers>(name, threads, queue_limit);
}

std::unique_ptr<Workers> inline_workers() { return std::make_unique<InlineWorkers>(); }

}  // namespace waybill::runtime
