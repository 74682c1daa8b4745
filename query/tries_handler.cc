// What relays of this cluster hear of each other's tries (relay/plan/tries.h). For them alone: the
// events name senders.
//
// GET /v1/tries?partition=&hour=&index=: the events that a retry goes on from, as they come into
// the log behind that place: {"hour", "index", "events"}, with the place to go on from.
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
                  ",\"index\":" + std::to_string(page->next.index.value()) + ",\"events\":[" +
                  events + "]}";
  return response;
}

http::Response refused(std::string detail) {
  return http::to_response(http::problem_of(409, "turn_taken", std::move(detail)));
}

http::Response take_turn(const LocalPartition& local, const schemas::DeliveryId& id, Turns& turns,
                         const std::string& holder) {
  const auto delivery = local.history->delivery(id);
  if (!delivery && delivery.error() != runtime::Errc::not_found) {
    return http::to_response(unreadable(delivery.error()));
  }
  if (!delivery || delivery->state != "deferred") return refused("It was not put off.");
  if (!turns.take(id, holder)) return refused("Another relay tries it now.");
  return http::empty_object();
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
    return once_caught_up(*local, sources->clock->wall(), std::chrono::milliseconds(within),
                          [local, id = *id, turns, holder = *holder] {
                            return take_turn(*local, id, *turns, holder);
                          });
  };
}

}  // namespace waybill::query
