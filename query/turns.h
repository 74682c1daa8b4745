// Turns: who has a delivery to himself, one relay at a time; for reports on it, or for another try.
//
// They are kept in memory: an owner that starts again knows of none. A turn that nobody gives back
// ends by itself after schemas::kTurnLife. Any thread.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "runtime/mutex.h"
#include "runtime/time.h"
#include "schemas/ids.h"

namespace waybill::query {

class Turns {
 public:
  explicit Turns(const runtime::Clock& clock) : clock_(clock) {}

  // False while another holder has it. A holder that takes it again has it for its whole life from
  // then on: the answer may have been lost, or the request that gave the turn before back.
  bool take(const schemas::DeliveryId& id, const std::string& holder);
  void give_back(const schemas::DeliveryId& id, const std::string& holder);

 private:
  struct Turn {
    std::string holder;
    runtime::Instant ends;
  };
  void forget_ended(runtime::Instant now) WAYBILL_REQUIRES(mutex_);

  const runtime::Clock& clock_;
  runtime::Mutex mutex_;
  std::map<schemas::DeliveryId, Turn> turns_ WAYBILL_GUARDED_BY(mutex_);
  std::deque<std::pair<runtime::Instant, schemas::DeliveryId>> order_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::query
