// POST /v1/return-paths/{id}/turn?holder=: the turn to report on a delivery, for one relay at a
// time. DELETE gives it back. 200, or 409 while another holder has it. A holder that takes it
// again has it for its whole life from then on.
//
// Turns are kept in memory: an owner that starts again knows of none, and two relays may then be at
// the same report for once. A turn that nobody gives back ends by itself.

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "http/parameters.h"
#include "query/handlers.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "schemas/ids.h"
#include "schemas/limits.h"

namespace waybill::query {
namespace {

http::Response ok() {
  http::Response response;
  response.body = "{}";
  return response;
}

http::Problem taken() {
  return http::problem_of(409, "turn_taken", "Another relay reports on this delivery now.");
}

class Turns {
 public:
  explicit Turns(const runtime::Clock& clock) : clock_(clock) {}

  http::Response take(const schemas::DeliveryId& id, const std::string& holder) {
    const runtime::Instant now = clock_.now();
    const runtime::MutexLock lock(mutex_);
    forget_ended(now);
    const auto [turn, fresh] = turns_.try_emplace(id, Turn{holder, {}});
    // The holder may ask again: the answer may have been lost, or the request that gave the turn
    // before back.
    if (!fresh && turn->second.holder != holder) return http::to_response(taken());
    turn->second.ends = now + schemas::kTurnLife;
    order_.push_back({turn->second.ends, id});
    return ok();
  }

  http::Response give_back(const schemas::DeliveryId& id, const std::string& holder) {
    const runtime::MutexLock lock(mutex_);
    const auto turn = turns_.find(id);
    if (turn != turns_.end() && turn->second.holder == holder) turns_.erase(turn);
    return ok();
  }

 private:
  struct Turn {
    std::string holder;
    runtime::Instant ends;
  };

  // Every turn lives as long from when it was taken, so the ends come in the order of the takes. A
  // turn that was taken again has a later place in the order as well.
  void forget_ended(runtime::Instant now) WAYBILL_REQUIRES(mutex_) {
    for (; !order_.empty() && order_.front().first <= now; order_.pop_front()) {
      const auto turn = turns_.find(order_.front().second);
      if (turn != turns_.end() && turn->second.ends <= now) turns_.erase(turn);
    }
  }

  const runtime::Clock& clock_;
  runtime::Mutex mutex_;
  std::map<schemas::DeliveryId, Turn> turns_ WAYBILL_GUARDED_BY(mutex_);
  std::deque<std::pair<runtime::Instant, schemas::DeliveryId>> order_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace

http::Handler turn_handler(const runtime::Clock& clock) {
  return [turns = std::make_shared<Turns>(clock)](const http::Request& request) -> http::Plan {
    http::Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    const auto holder = parameters.text("holder");
    if (!holder) parameters.refuse("holder", "\"holder\" is needed: who takes the turn.");
    if (const auto problem = parameters.problem()) return http::to_response(*problem);
    if (request.method == "POST") return turns->take(*id, *holder);
    return turns->give_back(*id, *holder);
  };
}

}  // namespace waybill::query
