#include "relay/session_host.h"

#include <boost/asio/post.hpp>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using runtime::Errc;
using runtime::Task;
using schemas::Reply;

namespace {

// Refusals under way at one time; above, a connection is closed without a word. A crowd that does
// not read its 421 must not become the memory that it was refused for.
constexpr std::uint32_t kMaxTurningAway = 64;

// Out of descriptors: some session will end soon.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

void SessionHost::adopt(std::unique_ptr<runtime::Connection> connection) {
  if (stopping_) return;
  auto admitted = admission_.try_enter(connection->remote().address);
  if (auto* place = std::get_if<Admission::Place>(&admitted)) {
    lane_.metrics.sessions.add();
    scope_.spawn("smtp session", serve(std::move(connection), std::move(*place)));
    return;
  }
  lane_.metrics.sessions_refused.add();
  if (turning_away_ >= kMaxTurningAway) return;
  const bool client = std::get<Admission::Full>(admitted) == Admission::Full::client;
  const Reply reply = client ? Reply{421, "4.7.0", "Too many sessions from your address"}
                             : Reply{421, "4.3.2", "Too many sessions; try again later"};
  scope_.spawn("smtp refusal", turn_away(std::move(connection), reply));
}

Task<void> SessionHost::serve(std::unique_ptr<runtime::Connection> connection,
                              Admission::Place place) {
  const Admission::Place held = std::move(place);
  Session session(lane_, std::move(connection));
  sessions_.insert(&session);
  co_await session.run();
  sessions_.erase(&session);
}

Task<void> SessionHost::turn_away(std::unique_ptr<runtime::Connection> connection, Reply reply) {
  ++turning_away_;
  Session session(lane_, std::move(connection));
  co_await session.turn_away(std::move(reply));
  --turning_away_;
}

void SessionHost::stop() {
  stopping_ = true;
  for (Session* session : sessions_) session->stop();
}

Task<void> accept_sessions(runtime::Listener& listener, runtime::Clock& clock,
                           std::vector<HostSeat> seats) {
  for (std::size_t turn = 0;; ++turn) {
    const HostSeat seat = seats[turn % seats.size()];
    auto accepted = co_await listener.accept(seat.executor);
    if (!accepted && accepted.error() == Errc::limit_exceeded) {
      runtime::log(runtime::Level::warn, "relay", "out of file descriptors; accepting pauses");
      co_await clock.sleep_until(clock.now() + kAcceptPause);
      continue;
    }
    if (!accepted && accepted.error() == Errc::closed) co_return;
    if (!accepted) continue;
    boost::asio::post(seat.executor, [host = seat.host, c = std::move(*accepted)]() mutable {
      host->adopt(std::move(c));
    });
  }
}

}  // namespace waybill::relay
