#include "tools/dustbin/dustbin.h"

#include <utility>

#include "runtime/acceptor.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tools/dustbin/session.h"

namespace waybill::tools::dustbin {

using runtime::Task;

Dustbin::Dustbin(runtime::Clock& clock, runtime::Listener& listener, Settings settings,
                 Observer observer)
    : clock_(clock),
      listener_(listener),
      settings_(std::move(settings)),
      observer_(std::move(observer)) {}

Task<void> Dustbin::run() {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  runtime::Scope sessions(executor);
  crowd_.emplace(sessions, kMaxTurnedAway);
  std::vector<runtime::Seat> seats;
  seats.push_back({executor, [this](auto connection) { take(std::move(connection)); }});
  co_await accept_all(listener_, clock_, std::move(seats), "dustbin");
  co_await sessions.join();
  crowd_.reset();
}

void Dustbin::take(std::unique_ptr<runtime::Connection> connection) {
  runtime::Connection& one = *connection;
  if (crowd_->served() < kMaxSessions) {
    crowd_->serve("dustbin session", one, serve(std::move(connection), std::nullopt));
  } else {
    crowd_->turn_away("dustbin refusal", one, serve(std::move(connection), Session::too_many()));
  }
}

void Dustbin::stop() {
  ending_ = true;
  listener_.close();
  if (crowd_) crowd_->close_all();
}

void Dustbin::answered(const Message& message, const runtime::Connection& on) {
  if (observer_.message) observer_.message(message);
  ++messages_;
  if (settings_.once == 0 || messages_ != settings_.once) return;
  ending_ = true;
  last_moment_ = clock_.now() + kGoodbye;
  listener_.close();
  crowd_->close_all(&on);
}

Task<void> Dustbin::serve(std::unique_ptr<runtime::Connection> connection,
                          std::optional<schemas::Reply> refusal) {
  Session session(*this, *connection);
  const schemas::Reply greeting = refusal.value_or(session.welcome());
  co_await session.run(greeting);
}

}  // namespace waybill::tools::dustbin
