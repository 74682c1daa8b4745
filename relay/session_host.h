// SessionHost: the sessions of one I/O thread, from adoption to their end. All calls on its thread.
#pragma once

#include <memory>
#include <vector>

#include "relay/admission.h"
#include "relay/session.h"
#include "runtime/crowd.h"
#include "runtime/scope.h"

namespace waybill::relay {

// Refusals under way at one time; above, a connection is closed without a word.
inline constexpr std::uint32_t kMaxTurningAway = 64;

class SessionHost {
 public:
  // All outlive it. `scope` is joined by its owner after stop().
  SessionHost(Lane& lane, Admission& admission, runtime::Scope& scope)
      : lane_(lane), admission_(admission), scope_(scope), crowd_(scope, kMaxTurningAway) {}

  // Begins a session on this connection, or turns it away with 421.
  void adopt(std::unique_ptr<runtime::Connection> connection,
             Session::Begins begins = Session::Begins::in_clear);

  // Sessions without a body under way end now, by 421, the others after the reply they owe.
  void stop();

  std::size_t sessions() const { return sessions_.size(); }

 private:
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection, Session::Begins begins,
                            Admission::Slot slot);
  runtime::Task<void> turn_away(std::unique_ptr<runtime::Connection> connection,
                                Session::Begins begins, schemas::Reply reply);

  Lane& lane_;
  Admission& admission_;
  runtime::Scope& scope_;
  runtime::Crowd crowd_;
  // In the order in which they came, so that a run under a seed is the same run wherever the heap
  // puts them.
  std::vector<Session*> sessions_;
  bool stopping_ = false;
};

}  // namespace waybill::relay
