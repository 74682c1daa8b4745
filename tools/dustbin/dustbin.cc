#include "tools/dustbin/dustbin.h"

#include <utility>

#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tools/dustbin/session.h"

namespace waybill::tools::dustbin {
namespace {

using runtime::Errc;
using runtime::Task;

// Out of descriptors: sessions end and give some back.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

Dustbin::Dustbin(runtime::Clock& clock, runtime::Listener& listener, Settings settings,
                 Observer observer)
    : clock_(clock),
      listener_(listener),
      settings_(std::move(settings)),
      observer_(std::move(observer)) {}

Task<void> Dustbin::run() {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  runtime::Scope sessions(executor);
  while (!ending_) {
    auto connection = co_await listener_.accept(executor);
    if (connection) {
      sessions.spawn("dustbin session", serve(std::move(*connection)));
    } else if (connection.error() == Errc::limit_exceeded) {
      co_await clock_.sleep_until(clock_.now() + kAcceptPause);
    } else {
      break;
    }
  }
  co_await sessions.join();
}

void Dustbin::stop() {
  ending_ = true;
  listener_.close();
  for (runtime::Connection* connection : live_) connection->close();
}

void Dustbin::answered(const Message& message, const runtime::Connection& on) {
  if (observer_.message) observer_.message(message);
  ++messages_;
  if (settings_.once == 0 || messages_ != settings_.once) return;
  ending_ = true;
  last_moment_ = clock_.now() + kGoodbye;
  listener_.close();
  for (runtime::Connection* connection : live_) {
    if (connection != &on) connection->close();
  }
}

Task<void> Dustbin::serve(std::unique_ptr<runtime::Connection> connection) {
  const bool full = live_.size() >= kMaxSessions;
  live_.insert(connection.get());
  if (ending_) connection->close();
  Session session(*this, *connection);
  const schemas::Reply greeting = full ? Session::too_many() : session.welcome();
  co_await session.run(greeting);
  live_.erase(connection.get());
  connection->close();
}

}  // namespace waybill::tools::dustbin
