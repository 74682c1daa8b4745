#include "http/server.h"

#include "runtime/log.h"

namespace waybill::http {
namespace {

// Clients told that the house is full, at one time; beyond, they are closed without a word.
constexpr std::uint32_t kMaxTurnedAway = 32;

// When the process is out of descriptors: until some connection may have closed.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

Server::Server(std::unique_ptr<runtime::Listener> listener, Router router, ServerParts parts,
               ServerSettings settings)
    : listener_(std::move(listener)),
      settings_(settings),
      clock_(*parts.clock),
      open_gauge_(parts.metrics->gauge("waybill_http_connections", "HTTP connections open.")),
      service_(std::move(router), std::move(parts)),
      room_(settings.max_connections),
      refusals_(kMaxTurnedAway) {}

runtime::Task<void> Server::run() {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  runtime::Scope scope(executor);
  while (!ending_) {
    auto accepted = co_await listener_->accept(executor);
    if (ending_) break;
    if (accepted) {
      take(std::move(*accepted), scope);
      continue;
    }
    if (runtime::errc_of(accepted.error()) != runtime::Errc::limit_exceeded) continue;
    log(runtime::Level::warn, "http", "out of descriptors, connections wait");
    const auto later = clock_.now() + kAcceptPause;
    co_await clock_.sleep_until(later);
  }
  co_await scope.join();
}

void Server::stop() {
  ending_ = true;
  listener_->close();
  for (auto* const connection : open_) connection->close();
}

void Server::take(std::unique_ptr<runtime::Connection> connection, runtime::Scope& scope) {
  if (auto permit = room_.try_take()) {
    scope.spawn("http session", serve(std::move(connection), std::move(*permit)));
  } else if (auto word = refusals_.try_take()) {
    scope.spawn("http refusal", refuse(std::move(connection), std::move(*word)));
  }
}

runtime::Task<void> Server::serve(std::unique_ptr<runtime::Connection> connection,
                                  [[maybe_unused]] runtime::Permits::Held permit) {
  enter(*connection);
  co_await serve_session(*connection, service_, clock_, settings_.session);
  leave(*connection);
}

runtime::Task<void> Server::refuse(std::unique_ptr<runtime::Connection> connection,
                                   [[maybe_unused]] runtime::Permits::Held permit) {
  enter(*connection);
  co_await turn_away(*connection, service_, clock_, settings_.session);
  leave(*connection);
}

void Server::enter(runtime::Connection& connection) {
  open_.insert(&connection);
  open_gauge_.set(static_cast<double>(open_.size()));
  if (ending_) connection.close();
}

void Server::leave(runtime::Connection& connection) {
  open_.erase(&connection);
  open_gauge_.set(static_cast<double>(open_.size()));
}

}  // namespace waybill::http
