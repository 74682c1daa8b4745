// GET /v1/return-paths/{id}?partition=&within=: the sender that a report on a delivery is for, and
// the reports that came before. For relays of this cluster alone: it names senders.
//
// The answer has everything that was in the log when the question came: it waits until the views
// have folded that far, `within` milliseconds at most, and says 503 if they have not.

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "schemas/ids.h"
#include "schemas/partition.h"
#include "schemas/return_path.h"

namespace waybill::query {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostWithin = 10'000;

struct Wanted {
  schemas::DeliveryId id;
  std::uint32_t partition = 0;
  milliseconds within{0};
};

http::Problem not_caught_up() {
  auto problem =
      http::problem_of(503, "not_caught_up",
                       "The views have not folded yet what is in the log: ask again in a moment.");
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

// The views have all that was in the log at `asked`.
bool is_whole(const LocalPartition& local, runtime::WallTime asked) {
  const Freshness fresh = local.freshness();
  return fresh.complete_at && *fresh.complete_at >= asked;
}

http::Response read_return_path(const LocalPartition& local, const schemas::DeliveryId& id,
                                runtime::WallTime asked) {
  if (!is_whole(local, asked)) return http::to_response(not_caught_up());
  const auto path = local.history->return_path(id);
  if (path) {
    http::Response response;
    response.body = schemas::to_json(*path);
    return response;
  }
  if (path.error() != runtime::Errc::not_found) return http::to_response(unreadable(path.error()));
  return http::to_response(http::not_found("There is no such return path."));
}

http::Plan plan_local(const LocalPartition& local, const Wanted& wanted, runtime::WallTime asked) {
  http::DelayedRead out;
  out.ready = [&local, asked] { return is_whole(local, asked); };
  out.at_most = wanted.within;
  out.read = [&local, id = wanted.id, asked] { return read_return_path(local, id, asked); };
  return out;
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
  const Wanted wanted{*id, static_cast<std::uint32_t>(*partition), milliseconds(within)};
  for (const LocalPartition& local : sources.partitions) {
    if (local.partition == wanted.partition) {
      return plan_local(local, wanted, sources.clock->wall());
    }
  }
  http::Problem problem = not_caught_up();
  problem.code = "not_the_owner";
  problem.detail = "This server has no views of that partition.";
  return http::to_response(problem);
}

}  // namespace waybill::query
