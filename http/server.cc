#include "http/server.h"

#include "runtime/acceptor.h"

namespace waybill::http {
namespace {

// Clients told that the house is full, at one time; beyond, they are closed without a word.
constexpr std::uint32_t kMaxTurnedAway = 32;

// A connection among those that are open.
class Counted {
 public:
  explicit Counted(runtime::Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~Counted() { gauge_.add(-1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  runtime::Gauge& gauge_;
};

}  // namespace

Server::Server(runtime::Executor executor, std::unique_ptr<runtime::Listener> listener,
               Router router, ServerParts parts, ServerSettings settings)
    : executor_(std::move(executor)),
      listener_(std::move(listener)),
      settings_(settings),
      clock_(*parts.clock),
      open_gauge_(parts.metrics->gauge("waybill_http_connections", "HTTP connections open.")),
      service_(std::move(router), std::move(parts), settings.max_streams),
      scope_(executor_),
      crowd_(scope_, kMaxTurnedAway) {}

runtime::Task<void> Server::run() {
  std::vector<runtime::Seat> seats;
  seats.push_back({executor_, [this](auto connection) { take(std::move(connection)); }});
  co_await accept_all(*listener_, clock_, std::move(seats), "http");
  co_await scope_.join();
}

void Server::stop() {
  listener_->close();
  service_.streams().stop_all();
  crowd_.close_all();
}

void Server::take(std::unique_ptr<runtime::Connection> connection) {
  runtime::Connection& one = *connection;
  const std::size_t asking = crowd_.served() - service_.streams().count();
  if (asking < settings_.max_connections || idle_.close_one()) {
    crowd_.serve("http session", one, serve(std::move(connection)));
  } else {
    crowd_.turn_away("http refusal", one, refuse(std::move(connection)));
  }
}

runtime::Task<void> Server::serve(std::unique_ptr<runtime::Connection> connection) {
  const Counted counted(open_gauge_);
  co_await serve_session(*connection, service_, clock_, idle_, settings_.session);
}

runtime::Task<void> Server::refuse(std::unique_ptr<runtime::Connection> connection) {
  const Counted counted(open_gauge_);
  co_await turn_away(*connection, service_, clock_, settings_.session);
}

}  // namespace waybill::http
