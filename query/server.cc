#include "query/server.h"

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "query/service.h"
#include "query/session.h"
#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/permits.h"
#include "runtime/scope.h"

namespace waybill::query {
namespace {

// Clients told that the house is full, at one time; beyond, they are closed without a word.
constexpr std::uint32_t kMaxTurnedAway = 32;

// When the process is out of descriptors: until some connection may have closed.
constexpr std::chrono::milliseconds kAcceptPause{100};

class ThreadServer final : public Server {
 public:
  ThreadServer(const ServerSettings& settings, ServerParts parts)
      : settings_(settings),
        clock_(*parts.clock),
        open_gauge_(parts.metrics->gauge("waybill_http_connections", "HTTP connections open.")),
        service_(std::move(parts)),
        room_(settings.max_connections),
        porch_(kMaxTurnedAway),
        scope_(context_.get_executor()) {}

  ~ThreadServer() override { stop(); }

  runtime::Result<void> start() {
    auto listener = runtime::listen_tcp(context_, settings_.listen);
    if (!listener) return listener.error();
    listener_ = std::move(*listener);
    if (settings_.tls) {
      listener_ = runtime::tls_listener(std::move(listener_), *settings_.tls);
    }
    scope_.spawn("http accept", accept_all());
    thread_ = std::thread([this] { context_.run(); });
    pthread_setname_np(thread_.native_handle(), "wb-http");
    return {};
  }

  runtime::Endpoint local() const override { return listener_->local(); }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (!thread_.joinable()) return;
    boost::asio::post(context_, [this] { end_all(); });
    // run() returns when the last task has ended.
    thread_.join();
  }

 private:
  void end_all() {
    ending_ = true;
    listener_->close();
    for (auto* const connection : open_) connection->close();
  }

  runtime::Task<void> accept_all() {
    while (!ending_) {
      auto accepted = co_await listener_->accept(context_.get_executor());
      if (ending_) co_return;
      if (accepted) {
        take(std::move(*accepted));
        continue;
      }
      if (runtime::errc_of(accepted.error()) != runtime::Errc::limit_exceeded) continue;
      log(runtime::Level::warn, "query", "out of descriptors, connections wait");
      const auto later = clock_.now() + kAcceptPause;
      co_await clock_.sleep_until(later);
    }
  }

  void take(std::unique_ptr<runtime::Connection> connection) {
    if (auto permit = room_.try_take()) {
      scope_.spawn("http session", serve(std::move(connection), std::move(*permit)));
    } else if (auto standing = porch_.try_take()) {
      scope_.spawn("http refusal", refuse(std::move(connection), std::move(*standing)));
    }
  }

  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection,
                            [[maybe_unused]] runtime::Permits::Held permit) {
    enter(*connection);
    co_await serve_session(*connection, service_, clock_, settings_.session);
    leave(*connection);
  }

  runtime::Task<void> refuse(std::unique_ptr<runtime::Connection> connection,
                             [[maybe_unused]] runtime::Permits::Held standing) {
    enter(*connection);
    co_await turn_away(*connection, service_, clock_, settings_.session);
    leave(*connection);
  }

  void enter(runtime::Connection& connection) {
    open_.insert(&connection);
    open_gauge_.set(static_cast<double>(open_.size()));
    if (ending_) connection.close();
  }

  void leave(runtime::Connection& connection) {
    open_.erase(&connection);
    open_gauge_.set(static_cast<double>(open_.size()));
  }

  const ServerSettings settings_;
  runtime::Clock& clock_;
  runtime::Gauge& open_gauge_;
  Service service_;
  runtime::Permits room_;
  runtime::Permits porch_;
  boost::asio::io_context context_{1};
  std::unique_ptr<runtime::Listener> listener_;
  runtime::Scope scope_;
  std::set<runtime::Connection*> open_;
  bool ending_ = false;
  std::mutex stopping_;
  std::thread thread_;
};

}  // namespace

runtime::Result<std::unique_ptr<Server>> start_server(const ServerSettings& settings,
                                                      ServerParts parts, std::string& why) {
  const std::string at = to_string(settings.listen);
  const bool guarded = parts.secret && settings.tls;
  if (!settings.listen.address.is_loopback() && !guarded) {
    why =
        "HTTP listens on loopback addresses only, because nothing here asks who is calling: " + at +
        " is none. Listen on 127.0.0.1 and put a proxy that authenticates, or an SSH tunnel, in "
        "front of it";
    return make_error_code(runtime::Errc::invalid);
  }
  auto server = std::make_unique<ThreadServer>(settings, std::move(parts));
  if (const auto started = server->start(); !started) {
    why = "cannot listen for HTTP on " + at + ": " + started.error().message();
    return started.error();
  }
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace waybill::query
