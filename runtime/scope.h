// Scope: a group of tasks that ends cleanly. Instead of a detached coroutine, every task is spawned
// in a scope, and the scope is joined before what its tasks refer to goes away.
//
// Lives on one executor's thread. An exception that leaves a task breaks a promise (failures are
// Results) and ends the process with the task's name.
#pragma once

#include <algorithm>
#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <string_view>
#include <vector>

#include "runtime/one_shot.h"
#include "runtime/task.h"

namespace waybill::runtime {

class Scope {
 public:
  explicit Scope(Executor executor) : executor_(std::move(executor)) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  // Every task has ended by now: join() first.
  ~Scope();

  // `name` must outlive the task; a literal.
  void spawn(std::string_view name, Task<void> task);
  // What the task waits for ends with an error at each signal of `slot`. The task has switched off
  // that such a signal throws (asio::this_coro::throw_if_cancelled) before the first comes.
  void spawn(std::string_view name, Task<void> task, boost::asio::cancellation_slot slot);

  std::size_t running() const { return running_; }

  // Until no task runs. Tasks spawned meanwhile are waited for too.
  Task<void> join();

 private:
  void ended();

  Executor executor_;
  std::size_t running_ = 0;
  std::vector<OneShot<bool>> joiners_;
};

// `count` pieces of work, at most `most` of them at one time: make() gives a task that does one
// piece after the other until there are none. Ends when all have. On the caller's thread; what
// make() refers to outlives the call. A single piece costs no spawn.
template <class Make>
Task<void> side_by_side(std::string_view name, std::size_t most, std::size_t count, Make make) {
  if (count == 0) co_return;
  if (count == 1) {
    co_await make();
    co_return;
  }
  const Executor executor = co_await boost::asio::this_coro::executor;
  Scope scope(executor);
  for (std::size_t i = 0; i < std::min(most, count); ++i) scope.spawn(name, make());
  co_await scope.join();
}

}  // namespace waybill::runtime
