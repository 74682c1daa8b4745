// ReturnPathDirectory: the port through which the relay looks up a return path, and takes the turn
// to report on its delivery. Behind it are the views: in this process, or over HTTP on another
// node.
//
// Promises: an answer is as fresh as the log was when it was asked, so that nothing that is on
// record can be missed. Errc::not_found: there is no such path. Anything else: out of reach now.
#pragma once

#include "relay/returnpath/token.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/return_path.h"

namespace waybill::relay::returnpath {

enum class TurnHolder { us, another };

class ReturnPathDirectory {
 public:
  virtual ~ReturnPathDirectory() = default;
  virtual runtime::Task<runtime::Result<schemas::ReturnPath>> find(TokenFacts token,
                                                                   runtime::Instant deadline) = 0;

  // Only one relay at a time may handle a report on a delivery. Within a process Turns (turns.h)
  // ensures this; between processes, this call does. The caller gives the turn back; otherwise it
  // lapses after kTurnLife (schemas/limits.h).
  virtual runtime::Task<runtime::Result<TurnHolder>> take_turn(TokenFacts, runtime::Instant) {
    co_return TurnHolder::us;
  }
  virtual runtime::Task<void> give_turn_back(TokenFacts) { co_return; }
};

}  // namespace waybill::relay::returnpath
