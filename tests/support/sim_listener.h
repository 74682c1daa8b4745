// SimListener: a Listener on the network in memory.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "runtime/listener.h"
#include "runtime/one_shot.h"
#include "tests/support/sim_net.h"

namespace waybill::tests {

class SimListener final : public runtime::Listener {
 public:
  SimListener(SimNet& net, const runtime::Endpoint& at,
              std::shared_ptr<Process> owner = std::make_shared<Process>())
      : net_(net), at_(at) {
    net_.listen(at_, std::move(owner), [this](std::unique_ptr<runtime::Connection> connection) {
      arrived_.push_back(std::move(connection));
      wake();
    });
  }
  ~SimListener() override { close(); }

  // The next accept() finds no descriptor.
  void run_out() { ++failures_; }

  runtime::Task<runtime::Result<std::unique_ptr<runtime::Connection>>> accept(
      runtime::Executor) override {
    while (!closed_ && arrived_.empty()) {
      const runtime::OneShot<bool> woken;
      waiting_ = woken;
      co_await woken.wait();
    }
    if (closed_) co_return make_error_code(runtime::Errc::closed);
    if (failures_ > 0) {
      --failures_;
      co_return make_error_code(runtime::Errc::limit_exceeded);
    }
    auto connection = std::move(arrived_.front());
    arrived_.pop_front();
    co_return connection;
  }

  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    net_.close(at_);
    wake();
  }

  const runtime::Endpoint& local() const override { return at_; }

 private:
  void wake() {
    if (!waiting_) return;
    const auto waiting = *waiting_;
    waiting_.reset();
    waiting.give(true);
  }

  SimNet& net_;
  const runtime::Endpoint at_;
  std::deque<std::unique_ptr<runtime::Connection>> arrived_;
  std::optional<runtime::OneShot<bool>> waiting_;
  int failures_ = 0;
  bool closed_ = false;
};

}  // namespace waybill::tests
