#include "query/turns.h"

#include "runtime/clock.h"
#include "schemas/limits.h"

namespace waybill::query {

using runtime::Instant;

bool Turns::take(const schemas::DeliveryId& id, const std::string& holder) {
  const Instant now = clock_.now();
  const runtime::MutexLock lock(mutex_);
  forget_ended(now);
  const auto [turn, fresh] = turns_.try_emplace(id, Turn{holder, {}});
  if (!fresh && turn->second.holder != holder) return false;
  turn->second.ends = now + schemas::kTurnLife;
  order_.push_back({turn->second.ends, id});
  return true;
}

void Turns::give_back(const schemas::DeliveryId& id, const std::string& holder) {
  const runtime::MutexLock lock(mutex_);
  const auto turn = turns_.find(id);
  if (turn != turns_.end() && turn->second.holder == holder) turns_.erase(turn);
}

// Every turn lives as long from when it was taken, so the ends come in the order of the takes. A
// turn that was taken again has a later place in the order as well.
void Turns::forget_ended(Instant now) {
  for (; !order_.empty() && order_.front().first <= now; order_.pop_front()) {
    const auto turn = turns_.find(order_.front().second);
    if (turn != turns_.end() && turn->second.ends <= now) turns_.erase(turn);
  }
}

}  // namespace waybill::query
