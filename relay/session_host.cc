#include "relay/session_host.h"

#include "runtime/clock.h"

namespace waybill::relay {

using runtime::Task;
using schemas::Reply;

void SessionHost::adopt(std::unique_ptr<runtime::Connection> connection, Session::Begins begins) {
  if (stopping_) return;
  const runtime::IpAddress& client_address = connection->remote().address;
  if (lane_.patience.turns_away(client_address, lane_.clock.now())) {
    lane_.metrics.sessions_refused.add();
    runtime::Connection& refused = *connection;
    crowd_.turn_away("smtp refusal", refused,
                     turn_away(std::move(connection), begins, turned_away_reply()));
    return;
  }
  auto admitted = admission_.try_enter(connection->remote().address);
  runtime::Connection& one = *connection;
  if (auto* slot = std::get_if<Admission::Slot>(&admitted)) {
    lane_.metrics.sessions.add();
    crowd_.serve("smtp session", one, serve(std::move(connection), begins, std::move(*slot)));
    return;
  }
  lane_.metrics.sessions_refused.add();
  const bool client = std::get<Admission::Full>(admitted) == Admission::Full::client;
  const Reply reply = client ? Reply{421, "4.7.0", "Too many sessions from your address"}
                             : Reply{421, "4.3.2", "Too many sessions; try again later"};
  crowd_.turn_away("smtp refusal", one, turn_away(std::move(connection), begins, reply));
}

Task<void> SessionHost::serve(std::unique_ptr<runtime::Connection> connection,
                              Session::Begins begins, Admission::Slot slot) {
  const Admission::Slot held = std::move(slot);
  Session session(lane_, std::move(connection), begins);
  sessions_.push_back(&session);
  co_await session.run();
  std::erase(sessions_, &session);
}

Task<void> SessionHost::turn_away(std::unique_ptr<runtime::Connection> connection,
                                  Session::Begins begins, Reply reply) {
  Session session(lane_, std::move(connection), begins);
  co_await session.turn_away(std::move(reply));
}

void SessionHost::stop() {
  stopping_ = true;
  record_turned_away(lane_, Patience::Which::all);
  for (Session* session : sessions_) session->stop(scope_);
}

}  // namespace waybill::relay
