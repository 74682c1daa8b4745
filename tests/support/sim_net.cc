#include "tests/support/sim_net.h"

#include <algorithm>

#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Connection;
using runtime::Endpoint;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

runtime::Executor SimConnection::executor() const { return net_.executor(); }

Task<Result<std::size_t>> SimConnection::read_some(std::span<char> into, Instant deadline) {
  for (;;) {
    if (owner_->dead || closed_) co_return make_error_code(Errc::closed);
    if (!in_->arrived.empty()) {
      // Octets come in any pieces.
      std::size_t count = std::min(into.size(), in_->arrived.size());
      if (net_.chance().one_in(4)) count = 1 + net_.chance().below(count);
      std::copy_n(in_->arrived.begin(), count, into.begin());
      in_->arrived.erase(0, count);
      in_->unread -= count;
      in_->wake_writer();
      co_return count;
    }
    if (in_->closed) co_return make_error_code(Errc::closed);
    if (net_.clock().now() >= deadline) co_return make_error_code(Errc::timeout);
    const runtime::OneShot<bool> woken;
    in_->reader = woken;
    const auto key = net_.clock().call_at(deadline, [pipe = in_] { pipe->wake(); });
    co_await woken.wait();
    net_.clock().cancel(key);
  }
}

void SimConnection::send(std::string bytes) {
  Instant arrival = net_.clock().now() + net_.latency();
  arrival = std::max(arrival, out_->last_arrival);
  out_->last_arrival = arrival;
  out_->unread += bytes.size();
  net_.clock().call_at(arrival, [pipe = out_, bytes = std::move(bytes)] {
    pipe->arrived += bytes;
    pipe->wake();
  });
}

Task<Result<void>> SimConnection::write_in_parts(std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    if (owner_->dead || closed_ || out_->abandoned) co_return make_error_code(Errc::closed);
    const std::size_t room = *net_.window() - std::min(*net_.window(), out_->unread);
    if (room > 0) {
      const std::string_view part = bytes.substr(0, room);
      bytes.remove_prefix(part.size());
      send(std::string(part));
      continue;
    }
    if (net_.clock().now() >= deadline) co_return make_error_code(Errc::timeout);
    const runtime::OneShot<bool> woken;
    out_->writer = woken;
    const auto key = net_.clock().call_at(deadline, [pipe = out_] { pipe->wake_writer(); });
    co_await woken.wait();
    net_.clock().cancel(key);
  }
  co_return Result<void>();
}

Task<Result<void>> SimConnection::write(std::string_view bytes, Instant deadline) {
  if (owner_->dead || closed_ || out_->closed) co_return make_error_code(Errc::closed);
  if (owner_->before_write) owner_->before_write();
  if (owner_->dead) {
    // Killed in the middle: the kernel had taken a part.
    const std::size_t part = net_.chance().below(bytes.size() + 1);
    send(std::string(bytes.substr(0, part)));
    co_return make_error_code(Errc::closed);
  }
  if (net_.window()) co_return co_await write_in_parts(bytes, deadline);
  send(std::string(bytes));
  co_return Result<void>();
}

void SimConnection::close() noexcept {
  if (closed_) return;
  closed_ = true;
  in_->wake();
  out_->wake_writer();
  const Instant arrival = std::max(net_.clock().now() + net_.latency(), out_->last_arrival);
  net_.clock().call_at(arrival, [pipe = out_] {
    pipe->closed = true;
    pipe->wake();
  });
  net_.clock().call_at(arrival, [pipe = in_] {
    pipe->abandoned = true;
    pipe->wake_writer();
  });
}

Task<Result<std::unique_ptr<Connection>>> SimNet::connect(Endpoint to,
                                                          std::shared_ptr<Process> owner,
                                                          runtime::IpAddress from, Instant) {
  co_await clock_.sleep_until(clock_.now() + latency());
  const auto found = answerers_.find(to);
  if (owner->dead || found == answerers_.end() || found->second.owner->dead) {
    co_return make_error_code(Errc::refused);
  }
  const Endpoint here{from, next_port_++};
  const auto up = std::make_shared<Pipe>();
  const auto down = std::make_shared<Pipe>();
  const Answering answering = found->second;
  answering.answerer(std::make_unique<SimConnection>(*this, to, here, up, down, answering.owner));
  std::unique_ptr<Connection> mine =
      std::make_unique<SimConnection>(*this, here, to, down, up, owner);
  co_return mine;
}

namespace {

class SimDialer final : public runtime::Dialer {
 public:
  SimDialer(SimNet& net, std::shared_ptr<Process> owner, runtime::IpAddress from)
      : net_(net), owner_(std::move(owner)), from_(from) {}
  using Dialer::dial;
  Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline,
                                                 std::optional<runtime::IpAddress> from) override {
    co_return co_await net_.connect(to, owner_, from.value_or(from_), deadline);
  }

 private:
  SimNet& net_;
  std::shared_ptr<Process> owner_;
  runtime::IpAddress from_;
};

}  // namespace

std::unique_ptr<runtime::Dialer> SimNet::dialer(std::shared_ptr<Process> owner,
                                                runtime::IpAddress from) {
  return std::make_unique<SimDialer>(*this, std::move(owner), from);
}

}  // namespace waybill::tests
