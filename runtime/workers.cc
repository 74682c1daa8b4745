#include "runtime/workers.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

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
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    arrived_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  bool submit(std::function<void()> job) override {
    {
      const std::lock_guard lock(mutex_);
      if (ending_ || jobs_.size() >= queue_limit_) return false;
      jobs_.push_back(std::move(job));
    }
    arrived_.notify_one();
    return true;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
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
