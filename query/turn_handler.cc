// POST /v1/return-paths/{id}/turn?holder=: the turn to report on a delivery, for one relay at a
// time. DELETE gives it back. 200, or 409 while another holder has it. Who has it and takes it
// again has it for its whole life from then on.
//
// Turns are kept in memory: an owner that starts again knows of none, and two relays may then be at
// the same report for once. A turn that nobody gives back ends by itself.

#include <map>
#include <mutex>

#include "query/handlers.h"
#include "query/parameters.h"
#include "runtime/clock.h"
#include "schemas/ids.h"

namespace waybill::query {
namespace {

// As relay/returnpath/directory.h has it.
constexpr std::chrono::minutes kTurnLife{11};

Response ok() {
  Response response;
  response.body = "{}";
  return response;
}

Problem taken() {
  Problem problem;
  problem.status = 409;
  problem.code = "turn_taken";
  problem.detail = "Another relay reports on this delivery now.";
  return problem;
}

class TurnHandler final : public Handler {
 public:
  explicit TurnHandler(const ServerParts& parts) : parts_(parts) {}

  std::string_view methods() const override { return "POST, DELETE"; }

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    const auto holder = parameters.text("holder");
    if (!holder) parameters.refuse("holder", "\"holder\" is needed: who takes the turn.");
    if (const auto problem = parameters.problem()) return to_response(*problem);
    return request.method == "POST" ? take(*id, *holder) : give_back(*id, *holder);
  }

 private:
  struct Turn {
    std::string holder;
    runtime::Instant ends;
  };

  Response take(const schemas::DeliveryId& id, const std::string& holder) const {
    const runtime::Instant now = parts_.clock->now();
    const std::lock_guard lock(mutex_);
    std::erase_if(turns_, [now](const auto& turn) { return turn.second.ends <= now; });
    const auto [turn, fresh] = turns_.try_emplace(id, Turn{holder, {}});
    // Whoever has it may ask again: the answer may have been lost, or the giving back of the one
    // before.
    if (!fresh && turn->second.holder != holder) return to_response(taken());
    turn->second.ends = now + kTurnLife;
    return ok();
  }

  Response give_back(const schemas::DeliveryId& id, const std::string& holder) const {
    const std::lock_guard lock(mutex_);
    const auto turn = turns_.find(id);
    if (turn != turns_.end() && turn->second.holder == holder) turns_.erase(turn);
    return ok();
  }

  const ServerParts& parts_;
  mutable std::mutex mutex_;
  mutable std::map<schemas::DeliveryId, Turn> turns_;
};

}  // namespace

std::unique_ptr<Handler> turn_handler(const ServerParts& parts) {
  return std::make_unique<TurnHandler>(parts);
}

}  // namespace waybill::query
