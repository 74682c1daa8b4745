// GET /v1/return-paths/{id}?partition=&within=: the sender that a report on a delivery is for, and
// the reports that came before. For relays of this cluster alone: it names senders.
//
// The answer has everything that was in the log when the question came: it waits until the views
// have folded that far, `within` milliseconds at most, and says 503 if they have not.

#include "http/parameters.h"
#include "query/caught_up.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "runtime/clock.h"
#include "schemas/ids.h"
#include "schemas/partition.h"
#include "schemas/return_path.h"

namespace waybill::query {
namespace {

http::Response read_return_path(const LocalPartition& local, const schemas::DeliveryId& id) {
  const auto path = local.history->return_path(id);
  if (path) {
    http::Response response;
    response.body = schemas::to_json(*path);
    return response;
  }
  if (path.error() != runtime::Errc::not_found) return http::to_response(unreadable(path.error()));
  return http::to_response(http::not_found("There is no such return path."));
}

}  // namespace

http::Plan plan_return_path(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto id = schemas::DeliveryId::parse(request.captured[0]);
  if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
  const auto partition = parameters.number("partition", 0, schemas::kMaxPartitions - 1);
  if (!partition) parameters.refuse("partition", "\"partition\" is needed: the delivery's.");
  const auto within = parameters.number("within", 0, kMostWithin).value_or(0);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const LocalPartition* const local = find_local(sources, static_cast<std::uint32_t>(*partition));
  if (local == nullptr) return http::to_response(not_the_owner());
  return once_caught_up(*local, sources.clock->wall(), std::chrono::milliseconds(within),
                        [local, id = *id] { return read_return_path(*local, id); });
}

}  // namespace waybill::query
