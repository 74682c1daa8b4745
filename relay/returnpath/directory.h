// ReturnPathDirectory: whose return path is this? A view of the log as a port: in this process, or
// over HTTP where the relay runs apart. And whose turn it is to report on it.
//
// Promises: an answer is as fresh as the log was when it was asked, so that nothing that is on
// record can be missed. Errc::not_found: there is no such path. Anything else: out of reach now.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/returnpath/token.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/ids.h"

namespace waybill::relay::returnpath {

// A report that came before, and whether something is left to be handed on.
struct EarlierReport {
  std::string digest;  // SHA-256, 32 octets
  bool done = false;
};

struct ReturnPath {
  schemas::MessageId message;
  std::string alias;
  std::string domain;
  std::string sender;  // empty: the null sender
  std::string target;
  std::string route;
  bool verified = false;
  std::string reason;
  bool smtputf8 = false;
  std::string ret, envid, notify, orcpt;
  std::string rfc5322_message_id;
  std::string header_from;
  runtime::WallTime accepted_at;
  std::vector<EarlierReport> reports;
};

enum class TurnHolder { us, another };

class ReturnPathDirectory {
 public:
  virtual ~ReturnPathDirectory() = default;
  virtual runtime::Task<runtime::Result<ReturnPath>> find(TokenFacts token,
                                                          runtime::Instant deadline) = 0;

  // Among all relays of one log only one reports on a delivery at a time; among those of one
  // process Turns sees to it (turns.h). Ours is given back, or ends by itself after kTurnLife
  // (schemas/limits.h).
  virtual runtime::Task<runtime::Result<TurnHolder>> take_turn(TokenFacts, runtime::Instant) {
    co_return TurnHolder::us;
  }
  virtual runtime::Task<void> give_turn_back(TokenFacts) { co_return; }
};

}  // namespace waybill::relay::returnpath
