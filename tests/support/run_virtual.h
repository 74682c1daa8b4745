// run_virtual(): run_task() for a coroutine that waits for a VirtualClock: time moves on whenever
// nothing else is left to do.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/task.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {

// Throws what the task throws, and std::logic_error when nothing is left that could wake it.
template <class T>
T run_virtual(boost::asio::io_context& io, VirtualClock& clock, runtime::Task<T> task) {
  std::optional<T> out;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    out.emplace(std::move(value));
  });
  while (!out) {
    io.restart();
    if (io.poll() == 0 && !clock.advance()) throw std::logic_error("the task waits for ever");
  }
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*out);
}

inline void run_virtual(boost::asio::io_context& io, VirtualClock& clock,
                        runtime::Task<void> task) {
  bool ended = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
    thrown = error;
    ended = true;
  });
  while (!ended) {
    io.restart();
    if (io.poll() == 0 && !clock.advance()) throw std::logic_error("the task waits for ever");
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace waybill::tests
