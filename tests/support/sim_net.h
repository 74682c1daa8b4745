// A network in memory: connections with latency, split reads and cut lines, on virtual time. One
// thread; one seed gives one course of events.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "runtime/chance.h"
#include "runtime/dialer.h"
#include "runtime/listener.h"
#include "runtime/one_shot.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {

// A seeded generator behind the port.
class SeededChance final : public runtime::Chance {
 public:
  explicit SeededChance(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out) octet = static_cast<std::uint8_t>(engine_());
  }
  // True once in `n`.
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

class SimNet;

// One direction of a connection.
struct Pipe {
  std::string arrived;
  std::size_t unread = 0;  // octets sent and not read
  bool closed = false;     // by who writes
  bool abandoned = false;  // by who reads
  runtime::Instant last_arrival{};
  std::optional<runtime::OneShot<bool>> reader;
  void wake() {
    if (!reader) return;
    const auto waiting = *reader;
    reader.reset();
    waiting.give(true);
  }
  // A writer that waits for room.
  std::optional<runtime::OneShot<bool>> writer;
  void wake_writer() {
    if (!writer) return;
    const auto waiting = *writer;
    writer.reset();
    waiting.give(true);
  }
};

// A process of the simulated world. Once killed its hands are cut off: nothing that it still does
// reaches a disk or a wire, and what it waits for fails.
struct Process {
  bool dead = false;
  // Called before octets are sent; may kill the process. Then a part of them goes out, or none.
  std::function<void()> before_write;
  std::vector<std::weak_ptr<Pipe>> reads;

  void kill() {
    dead = true;
    for (const auto& read : reads) {
      if (const auto pipe = read.lock()) pipe->wake();
    }
  }
};

class SimConnection final : public runtime::Connection {
 public:
  SimConnection(SimNet& net, runtime::Endpoint local, runtime::Endpoint remote,
                std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, std::shared_ptr<Process> owner)
      : net_(net), local_(local), remote_(remote), in_(in), out_(out), owner_(owner) {
    owner_->reads.push_back(in_);
  }
  ~SimConnection() override { close(); }

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<char> into,
                                                        runtime::Instant deadline) override;
  runtime::Task<runtime::Result<void>> write(std::string_view bytes,
                                             runtime::Instant deadline) override;
  void close() noexcept override;
  bool quiet() noexcept override { return !in_->closed && in_->arrived.empty() && !closed_; }
  const runtime::Endpoint& local() const override { return local_; }
  const runtime::Endpoint& remote() const override { return remote_; }
  runtime::Executor executor() const override;

 private:
  void send(std::string bytes);
  runtime::Task<runtime::Result<void>> write_in_parts(std::string_view bytes,
                                                      runtime::Instant deadline);

  SimNet& net_;
  runtime::Endpoint local_;
  runtime::Endpoint remote_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  std::shared_ptr<Process> owner_;
  bool closed_ = false;
};

// Who answers at an endpoint: called with each new connection.
using Answerer = std::function<void(std::unique_ptr<runtime::Connection>)>;

class SimNet {
 public:
  SimNet(runtime::Executor executor, VirtualClock& clock, SeededChance& chance)
      : executor_(executor), clock_(clock), chance_(chance) {}

  void listen(const runtime::Endpoint& at, std::shared_ptr<Process> owner, Answerer answerer) {
    answerers_[at] = {std::move(owner), std::move(answerer)};
  }
  void close(const runtime::Endpoint& at) { answerers_.erase(at); }

  // A dialer for one process.
  std::unique_ptr<runtime::Dialer> dialer(std::shared_ptr<Process> owner, runtime::IpAddress from);

  runtime::Task<runtime::Result<std::unique_ptr<runtime::Connection>>> connect(
      runtime::Endpoint to, std::shared_ptr<Process> owner, runtime::IpAddress from,
      runtime::Instant deadline);

  // Octets that a connection takes and its peer has not read; a writer waits for room beyond. None
  // waits where nothing is set.
  void set_window(std::size_t octets) { window_ = octets; }
  std::optional<std::size_t> window() const { return window_; }

  runtime::Executor executor() const { return executor_; }
  VirtualClock& clock() { return clock_; }
  SeededChance& chance() { return chance_; }
  runtime::Duration latency() { return std::chrono::microseconds(50 + chance_.below(2000)); }

 private:
  struct Answering {
    std::shared_ptr<Process> owner;
    Answerer answerer;
  };
  runtime::Executor executor_;
  VirtualClock& clock_;
  SeededChance& chance_;
  std::map<runtime::Endpoint, Answering> answerers_;
  std::uint16_t next_port_ = 40000;
  std::optional<std::size_t> window_;
};

}  // namespace waybill::tests
