#include "http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "runtime/acceptor.h"
#include "runtime/check.h"
#include "runtime/crowd.h"
#include "runtime/scope.h"

namespace waybill::http {
namespace {

// Clients of one seat told that the house is full, at one time; beyond, they are closed without a
// word.
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

// On its executor's thread, but where it says otherwise.
class Server::Seat {
 public:
  Seat(Server& server, runtime::Executor executor)
      : server_(server),
        executor_(std::move(executor)),
        open_gauge_(server.house_->parts().metrics->gauge("waybill_http_connections",
                                                          "HTTP connections open.")),
        service_(server.house_),
        scope_(executor_),
        crowd_(scope_, kMaxTurnedAway) {}

  // Any thread.
  const runtime::Executor& executor() const { return executor_; }
  bool has_idle() const { return idle_.count() > 0; }

  void take(std::unique_ptr<runtime::Connection> connection) {
    runtime::Connection& one = *connection;
    const std::uint64_t served = server_.served_.load(std::memory_order_relaxed);
    const std::uint64_t streams = server_.house_->open_streams();
    const bool has_room = served < server_.settings_.max_connections + streams;
    if (has_room || idle_.close_one() || server_.close_an_idle_one()) {
      server_.served_.fetch_add(1, std::memory_order_relaxed);
      crowd_.serve("http session", one, serve(std::move(connection)));
    } else {
      crowd_.turn_away("http refusal", one, refuse(std::move(connection)));
    }
  }

  void close_idle() { (void)idle_.close_one(); }

  void stop() {
    service_.streams().stop_all();
    crowd_.close_all();
  }

  // Any thread; on the caller's, until nothing runs here any more.
  runtime::Task<void> join() {
    const runtime::OneShot<bool> joined;
    boost::asio::co_spawn(executor_, scope_.join(), [joined](const std::exception_ptr& failed) {
      runtime::check(failed == nullptr, "a scope is joined without an exception");
      joined.give(true);
    });
    (void)co_await joined.wait();
  }

 private:
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection) {
    const Counted counted(open_gauge_);
    co_await serve_session(*connection, service_, server_.clock_, idle_, server_.settings_.session);
    server_.served_.fetch_sub(1, std::memory_order_relaxed);
  }

  runtime::Task<void> refuse(std::unique_ptr<runtime::Connection> connection) {
    const Counted counted(open_gauge_);
    co_await turn_away(*connection, service_, server_.clock_, server_.settings_.session);
  }

  Server& server_;
  const runtime::Executor executor_;
  runtime::Gauge& open_gauge_;
  Service service_;
  IdleConnections idle_;
  runtime::Scope scope_;
  runtime::Crowd crowd_;
};

Server::Server(std::vector<runtime::Executor> seats, std::unique_ptr<runtime::Listener> listener,
               Router router, ServerParts parts, ServerSettings settings)
    : listener_(std::move(listener)),
      house_(std::make_shared<House>(std::move(router), std::move(parts), settings.max_streams)),
      settings_(settings),
      clock_(*house_->parts().clock) {
  runtime::check(!seats.empty(), "a server has a thread to answer on");
  for (runtime::Executor& executor : seats) {
    seats_.push_back(std::make_unique<Seat>(*this, std::move(executor)));
  }
}

Server::~Server() = default;

runtime::Task<void> Server::run() {
  std::vector<runtime::Seat> seats;
  for (const auto& seat : seats_) {
    seats.push_back({seat->executor(),
                     [one = seat.get()](auto connection) { one->take(std::move(connection)); }});
  }
  co_await accept_all(*listener_, clock_, std::move(seats), "http");
  for (const auto& seat : seats_) co_await seat->join();
}

void Server::stop() {
  listener_->close();
  seats_.front()->stop();
  for (auto seat = std::next(seats_.begin()); seat != seats_.end(); ++seat) {
    boost::asio::post((*seat)->executor(), [one = seat->get()] { one->stop(); });
  }
}

// It may have been asked something by the time that it is to go: then one more is served, once.
bool Server::close_an_idle_one() {
  for (const auto& seat : seats_) {
    if (!seat->has_idle()) continue;
    boost::asio::post(seat->executor(), [one = seat.get()] { one->close_idle(); });
    return true;
  }
  return false;
}

}  // namespace waybill::http
