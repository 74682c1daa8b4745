// VirtualHttp: an HTTP server on the network in memory and on virtual time, with clients that say
// octets and hear octets.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "http/server.h"
#include "runtime/scope.h"
#include "tests/support/http_world.h"
#include "tests/support/run_virtual.h"
#include "tests/support/sim_listener.h"

namespace waybill::tests {

class VirtualHttp {
 public:
  class Client {
   public:
    Client(VirtualHttp& house, std::unique_ptr<runtime::Connection> connection)
        : house_(house), connection_(std::move(connection)) {}

    void say(std::string_view octets) { house_.run(write(octets)); }
    // `line` with a Host field and an empty line.
    void ask(const std::string& line) { say(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n"); }
    // What has come up to `text`, which must come within a minute.
    std::string hear_up_to(const std::string& text) {
      while (heard_.find(text) == std::string::npos && more()) {
      }
      const auto found = heard_.find(text);
      EXPECT_NE(found, std::string::npos) << "not heard: " << text << "\nbut: " << heard_;
      if (found == std::string::npos) return {};
      std::string out = heard_.substr(0, found + text.size());
      heard_.erase(0, out.size());
      return out;
    }
    // The next `count` octets; what has come by then, if they do not within a minute.
    std::string hear(std::size_t count) {
      while (heard_.size() < count && more()) {
      }
      std::string out = heard_.substr(0, count);
      heard_.erase(0, out.size());
      return out;
    }
    // All that comes until the server closes; within a minute of silence.
    std::string hear_all() {
      while (more()) {
      }
      EXPECT_TRUE(closed_) << "still open after: " << heard_;
      return std::exchange(heard_, {});
    }
    // True if a minute passes without an octet.
    bool hears_nothing() { return heard_.empty() && !more() && !closed_; }
    void close() { connection_->close(); }

   private:
    runtime::Task<void> write(std::string_view octets) {
      co_await connection_->write(octets, runtime::Instant::max());
    }
    runtime::Task<bool> read() {
      std::array<char, 4096> octets;
      const std::span<char> into(octets);
      const auto until = house_.clock_.now() + std::chrono::minutes(1);
      const auto count = co_await connection_->read_some(into, until);
      closed_ = !count && count.error() == runtime::Errc::closed;
      if (count) heard_.append(octets.data(), *count);
      co_return count.has_value();
    }
    bool more() { return house_.run(read()); }

    VirtualHttp& house_;
    std::unique_ptr<runtime::Connection> connection_;
    std::string heard_;
    bool closed_ = false;
  };

  ~VirtualHttp() { stop(); }

  // With health's routes and what was added to `world`.
  void start() {
    auto parts = world.server_parts();
    parts.clock = &clock_;
    server_.emplace(io_.get_executor(), std::make_unique<SimListener>(net_, at_), world.router(),
                    std::move(parts), settings);
    scope_.spawn("http", server_->run());
  }
  // Until no connection is left. A second call does nothing.
  void stop() {
    if (!server_) return;
    server_->stop();
    run(scope_.join());
    server_.reset();
  }

  Client connect() {
    const auto dialer = net_.dialer(std::make_shared<Process>(), at_.address);
    auto connection = run(dialer->dial(at_, clock_.now() + std::chrono::seconds(1)));
    EXPECT_TRUE(connection);
    return {*this, std::move(*connection)};
  }

  template <class T>
  T run(runtime::Task<T> task) {
    return run_virtual(io_, clock_, std::move(task));
  }
  void pass(runtime::Duration time) { run(clock_.sleep_until(clock_.now() + time)); }

  boost::asio::io_context& io() { return io_; }
  VirtualClock& clock() { return clock_; }
  SimNet& net() { return net_; }

  HttpWorld world;
  http::ServerSettings settings;

 private:
  boost::asio::io_context io_;
  VirtualClock clock_;
  SeededChance chance_{1};
  SimNet net_{io_.get_executor(), clock_, chance_};
  const runtime::Endpoint at_{boost::asio::ip::make_address("127.0.0.1"), 80};
  runtime::Scope scope_{io_.get_executor()};
  std::optional<http::Server> server_;
};

}  // namespace waybill::tests
