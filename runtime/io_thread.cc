#include "runtime/io_thread.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "runtime/scope.h"

namespace waybill::runtime {

IoThread::IoThread(const std::string& name)
    : work_(context_.get_executor()), warm_(context_), thread_([this] { context_.run(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

IoThread::~IoThread() {
  work_.reset();
  thread_.join();
}

void IoThread::call(std::function<void()> job) {
  std::promise<void> done;
  boost::asio::post(context_, [&] {
    job();
    done.set_value();
  });
  done.get_future().wait();
}

void run_until_done(Task<void> task) {
  boost::asio::io_context context(1);
  Scope scope(context.get_executor());
  scope.spawn("run_until_done", std::move(task));
  // A task may wait for another thread's answer, during which this context has nothing to do.
  const auto work = boost::asio::make_work_guard(context);
  while (scope.running() > 0) context.run_one();
}

}  // namespace waybill::runtime
