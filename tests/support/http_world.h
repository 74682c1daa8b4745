// HttpWorld: an HTTP service without a socket, and a stand-in for the process around it. The clock
// stands at kNow until a test moves it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "http/health.h"
#include "http/service.h"
#include "runtime/clock.h"
#include "schemas/event.h"
#include "tests/support/run_task.h"

namespace waybill::tests {

inline const runtime::WallTime kNow = *schemas::parse_rfc3339("2026-03-01T12:30:00Z");

class StillClock final : public runtime::Clock {
 public:
  runtime::Instant now() const override { return runtime::Instant(passed_); }
  runtime::WallTime wall() const override { return kNow + passed_; }
  runtime::Task<void> sleep_until(runtime::Instant) override { co_return; }

  void move(runtime::Duration by) { passed_ += by; }

 private:
  runtime::Duration passed_{0};
};

inline runtime::SharedSecret some_secret() {
  std::string path = "/tmp/waybill-secret-XXXXXX";
  const int file = ::mkstemp(path.data());  // readable by its owner alone
  EXPECT_GE(file, 0);
  const std::string_view text = "00112233445566778899aabbccddeeff";
  EXPECT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(file);
  auto secret = runtime::SharedSecret::read(path);
  EXPECT_TRUE(secret) << secret.error().why;
  std::remove(path.c_str());
  return *secret;
}

// A pool whose queue is always full.
class FullWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()>) override { return false; }
};

// Of a route that streams nothing.
inline http::Response answer_of(http::Service& service, http::Head head) {
  boost::asio::io_context context;
  return std::get<http::Response>(run_task(context, service.answer(std::move(head))));
}

inline std::string text(const boost::json::value& value) { return {value.as_string().c_str()}; }

inline std::string field(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.fields) {
    if (key == name) return value;
  }
  return {};
}

class HttpWorld {
 public:
  HttpWorld() { health_.ready = true; }
  virtual ~HttpWorld() = default;

  // Health's routes and those that a test added.
  virtual http::Router router() {
    http::Router out = own_;
    http::add_health_routes(
        out, [this] { return health_; }, metrics_);
    return out;
  }
  http::ServerParts server_parts() {
    http::ServerParts out;
    out.secret = secret_;
    out.principals = principals_.get();
    out.access = access_;
    out.workers = workers_;
    out.stream_workers = workers_;
    out.clock = &clock_;
    out.chance = chance_.get();
    out.metrics = &metrics_;
    return out;
  }

  std::unique_ptr<http::Service> service() {
    return std::make_unique<http::Service>(router(), server_parts());
  }

  http::Response ask(http::Head head) { return answer_of(*service(), std::move(head)); }
  http::Response ask(const std::string& method, const std::string& target) {
    http::Head head;
    head.method = method;
    head.target = target;
    return ask(std::move(head));
  }
  http::Response get(const std::string& target) { return ask("GET", target); }

  // The answer's JSON; the test fails for another status than `status`.
  boost::json::object json(const std::string& target, unsigned status = 200) {
    const auto response = get(target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    return boost::json::parse(response.body).as_object();
  }

  void add(const std::string& path, http::Handler handler) {
    own_.add(path, http::kOpen, std::move(handler));
  }
  // On a route that asks for a scope.
  void add(const std::string& path, http::Needs needs, http::Handler handler,
           const std::string& methods = "GET, HEAD") {
    own_.add(path, needs, std::move(handler), methods);
  }
  // Who asks, from the next service() on; as long as none is set, a reader on this machine.
  void set_asker(schemas::Principal asker) { principals_ = http::everyone_is(std::move(asker)); }
  void set_principals(std::unique_ptr<http::Principals> principals) {
    principals_ = std::move(principals);
  }
  // Where answers are put on record; it outlives the world's services.
  void set_access(http::AccessLog* access) { access_ = access; }
  // Whoever asks has to show a secret.
  void guard() { secret_ = some_secret(); }
  const runtime::SharedSecret& secret() const { return *secret_; }
  bool guarded() const { return secret_.has_value(); }
  http::Health& health() { return health_; }
  StillClock& clock() { return clock_; }
  runtime::Metrics& metrics() { return metrics_; }
  void use(runtime::Workers& workers) { workers_ = &workers; }

 private:
  http::Router own_;
  std::optional<runtime::SharedSecret> secret_;
  std::unique_ptr<http::Principals> principals_ = http::everyone_is(http::local_reader());
  http::AccessLog* access_ = nullptr;
  std::unique_ptr<runtime::Workers> inline_workers_ = runtime::inline_workers();
  runtime::Workers* workers_ = inline_workers_.get();
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  StillClock clock_;
  runtime::Metrics metrics_;
  http::Health health_;
};

}  // namespace waybill::tests
