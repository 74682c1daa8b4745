// Waits: what tasks that wait have given so far, on an event loop that a test turns by hand.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <vector>

#include "runtime/task.h"

namespace waybill::tests {

class Waits {
 public:
  // What the wait gave; empty while it lasts.
  std::vector<bool>& of(runtime::Task<bool> wait) {
    auto& answers = *answers_.emplace_back(std::make_unique<std::vector<bool>>());
    boost::asio::co_spawn(io_, note(std::move(wait), answers), [](const std::exception_ptr&) {});
    run();
    return answers;
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  boost::asio::io_context& io() { return io_; }

 private:
  static runtime::Task<void> note(runtime::Task<bool> wait, std::vector<bool>& answers) {
    const bool there = co_await std::move(wait);
    answers.push_back(there);
  }

  boost::asio::io_context io_;
  std::vector<std::unique_ptr<std::vector<bool>>> answers_;
};

}  // namespace waybill::tests
