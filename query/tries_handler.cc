// What relays of this cluster hear of each other's tries (relay/plan/tries.h). For them alone: the
// events name senders.
//
// GET /v1/tries?partition=&hour=&index=: the events that a retry goes on from, as they come into
// the log behind that place: {"hour", "index", "more", "events"}, with the place to go on from.
//
// POST /v1/tries/{id}/turn?partition=&within=&holder=: the delivery, for one relay's next try. 200;
// 409 where its last try was not put off, or another holder has it. DELETE gives it back.

#include <limits>
#include <memory>

#include "http/parameters.h"
#include "query/caught_up.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/turns.h"
#include "runtime/clock.h"
#include "schemas/partition.h"

namespace waybill::query {
namespace {

// Of one answer: some 500 KiB.
constexpr std::size_t kMostTriesTold = 1'000;
// Each try has some of them, and a delivery's row has no room for more than 1,000.
constexpr std::size_t kMostEventsOfTries = 500;

std::optional<std::size_t> partition_of(http::Parameters& parameters) {
  const auto partition = parameters.number("partition", 0, schemas::kMaxPartitions - 1);
  if (!partition) parameters.refuse("partition", "\"partition\" is needed: the delivery's.");
  return partition;
}

http::Response read_tries(const LocalPartition& local, projector::TriesPlace place,
                          runtime::WallTime now) {
  const auto page = local.history->tries_behind(place, now, kMostTriesTold);
  if (!page) return http::to_response(unreadable(page.error()));
  std::string events;
  for (const schemas::Event& event : page->events) {
    if (!events.empty()) events += ',';
    events += schemas::to_json(event);
  }
  http::Response response;
  response.body = "{\"hour\":" + std::to_string(page->next.hour) +
                  ",\"index\":" + std::to_string(page->next.index.value()) +
                  ",\"more\":" + (page->more ? "true" : "false") + ",\"events\":[" + events + "]}";
  return response;
}

http::Response refused(std::string detail) {
  return http::to_response(http::problem_of(409, "turn_taken", std::move(detail)));
}

// A turn that is given back where it turns out that there is nothing to be tried.
class Turn {
 public:
  Turn(std::shared_ptr<Turns> turns, const schemas::DeliveryId& id, std::string holder)
      : turns_(std::move(turns)), id_(id), holder_(std::move(holder)) {}
  ~Turn() {
    if (!kept_) turns_->give_back(id_, holder_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  void keep() { kept_ = true; }

 private:
  const std::shared_ptr<Turns> turns_;
  const schemas::DeliveryId id_;
  const std::string holder_;
  bool kept_ = false;
};

http::Response look_at(const LocalPartition& local, const schemas::DeliveryId& id, Turn& turn) {
  const auto delivery = local.history->delivery(id, schemas::Sight::all());
  if (!delivery && delivery.error() != runtime::Errc::not_found) {
    return http::to_response(unreadable(delivery.error()));
  }
  if (!delivery || delivery->state != "deferred") return refused("It was not put off.");
  if (delivery->events.size() > kMostEventsOfTries) return refused("It had tries enough.");
  turn.keep();
  return http::empty_object();
}

// The turn first: whatever another relay has done in its own is in the log by now.
http::Plan take_turn(const Sources& sources, const LocalPartition& local,
                     const schemas::DeliveryId& id, std::shared_ptr<Turns> turns,
                     const std::string& holder, std::chrono::milliseconds within) {
  if (!turns->take(id, holder)) return refused("Another relay tries it now.");
  auto turn = std::make_shared<Turn>(std::move(turns), id, holder);
  return once_caught_up(local, sources.clock->wall(), within,
                        [&local, id, turn] { return look_at(local, id, *turn); });
}

}  // namespace

http::Plan plan_tries(const Sources& sources, const http::Request& request) {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  http::Parameters parameters(request);
  const auto partition = partition_of(parameters);
  projector::TriesPlace place;
  place.hour = parameters.number("hour", 0, kAny).value_or(0);
  place.index = schemas::EventIndex(parameters.number("index", 0, kAny).value_or(0));
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const LocalPartition* const local = find_local(sources, static_cast<std::uint32_t>(*partition));
  if (local == nullptr) return http::to_response(not_the_owner());
  const runtime::WallTime now = sources.clock->wall();
  return [local, place, now] { return read_tries(*local, place, now); };
}

http::Handler try_turn_handler(std::shared_ptr<const Sources> sources) {
  const auto turns = std::make_shared<Turns>(*sources->clock);
  return [sources = std::move(sources), turns](const http::Request& request) -> http::Plan {
    http::Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    const auto partition = partition_of(parameters);
    const auto holder = parameters.text("holder");
    if (!holder) parameters.refuse("holder", "\"holder\" is needed: who takes the turn.");
    const auto within = parameters.number("within", 0, kMostWithin).value_or(0);
    if (const auto problem = parameters.problem()) return http::to_response(*problem);
    if (request.method != "POST") {
      turns->give_back(*id, *holder);
      return http::empty_object();
    }
    const LocalPartition* const local =
        find_local(*sources, static_cast<std::uint32_t>(*partition));
    if (local == nullptr) return http::to_response(not_the_owner());
    return take_turn(*sources, *local, *id, turns, *holder, std::chrono::milliseconds(within));
  };
}

}  // namespace waybill::query
