// run_task(): a coroutine as a plain call, on an io_context in the test's own thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/task.h"

namespace waybill::tests {

// Runs `io` until `task` ends and gives what it gave; other work of `io` may remain. Throws what
// the task throws, and std::logic_error when nothing is left that could wake it.
template <class T>
T run_task(boost::asio::io_context& io, runtime::Task<T> task) {
  std::optional<T> out;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    out.emplace(std::move(value));
  });
  io.restart();
  while (!out) {
    if (io.run_one() == 0) throw std::logic_error("the task waits for ever");
  }
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*out);
}

inline void run_task(boost::asio::io_context& io, runtime::Task<void> task) {
  bool ended = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
    thrown = error;
    ended = true;
  });
  io.restart();
  while (!ended) {
    if (io.run_one() == 0) throw std::logic_error("the task waits for ever");
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace waybill::tests
