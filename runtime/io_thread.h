// IoThread: one io_context and the one thread that runs it. What is spawned on its executor never
// changes thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <thread>

#include "runtime/task.h"

namespace waybill::runtime {

class IoThread {
 public:
  // `name` shows in ps (15 characters).
  explicit IoThread(const std::string& name);
  // Lets what is under way run out, then joins: end every task first.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Runs `job` on this thread and waits for its end. Never from this thread itself.
  void call(std::function<void()> job);

  Executor executor() { return context_.get_executor(); }
  boost::asio::io_context& context() { return context_; }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  // Asio opens its descriptors with a context's first timer. That has to be now: later there may be
  // none left, and what then throws ends the process.
  boost::asio::steady_timer warm_;
  std::thread thread_;
};

// Runs `task` on this thread until it ends: for tools and for what happens before serving begins.
void run_until_done(Task<void> task);

}  // namespace waybill::runtime
