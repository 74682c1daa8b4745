// GET /v1/return-paths/{id}?partition=&within=: whom a report on a delivery is for, and what came
// before. For relays of this cluster alone: it names senders.
//
// The answer has everything that was in the log when the question came: it waits until the views
// have folded that far, `within` milliseconds at most, and says 503 if they have not.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <thread>

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/render.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "schemas/ids.h"
#include "schemas/partition.h"

namespace waybill::query {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

// The log's end is asked for about twice a second.
constexpr milliseconds kLookAgain{10};
constexpr std::size_t kMostWithin = 10'000;

struct Wanted {
  schemas::DeliveryId id;
  std::uint32_t partition = 0;
  milliseconds within{0};
};

json::object to_json(const projector::ReturnPath& path) {
  json::object out;
  out["message_id"] = schemas::uuid_text(path.message_id);
  out["alias"] = path.alias;
  out["domain"] = path.domain;
  out["sender"] = path.sender;
  out["target"] = path.target;
  out["route"] = path.route;
  out["verified"] = path.verified;
  out["reason"] = path.reason;
  out["smtputf8"] = path.smtputf8;
  out["ret"] = path.ret;
  out["envid"] = path.envid;
  out["notify"] = path.notify;
  out["orcpt"] = path.orcpt;
  out["rfc5322_message_id"] = path.rfc5322_message_id;
  out["header_from"] = path.header_from;
  out["accepted_at"] = path.accepted_at;
  json::array reports;
  for (const auto& report : path.reports) {
    json::object one;
    const auto* octets = reinterpret_cast<const std::uint8_t*>(report.digest.data());
    one["digest"] = runtime::hex({octets, report.digest.size()});
    one["done"] = report.state == projector::ReturnPath::Report::State::done;
    reports.push_back(std::move(one));
  }
  out["reports"] = std::move(reports);
  return out;
}

http::Problem not_caught_up() {
  auto problem =
      http::problem_of(503, "not_caught_up",
                       "The views have not folded yet what is in the log: ask again in a moment.");
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

// True once the views have all that was in the log at `asked`.
bool wait_until_whole(const Parts& parts, const LocalPartition& local, const Wanted& wanted) {
  const runtime::WallTime asked = parts.clock->wall();
  const runtime::Instant until = parts.clock->now() + wanted.within;
  for (;;) {
    const Freshness fresh = local.freshness();
    if (fresh.whole_at && *fresh.whole_at >= asked) return true;
    if (parts.clock->now() >= until) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
}

http::Response read_return_path(const Parts& parts, const Wanted& wanted) {
  for (const LocalPartition& local : parts.partitions) {
    if (local.partition != wanted.partition) continue;
    if (!wait_until_whole(parts, local, wanted)) return http::to_response(not_caught_up());
    const auto path = local.history->return_path(wanted.id);
    if (path) {
      http::Response response;
      response.body = json::serialize(to_json(*path));
      return response;
    }
    if (path.error() != runtime::Errc::not_found)
      return http::to_response(unreadable(path.error()));
    return http::to_response(http::not_found("There is no such return path."));
  }
  http::Problem problem = not_caught_up();
  problem.code = "not_the_owner";
  problem.detail = "This server has no views of that partition.";
  return http::to_response(problem);
}

}  // namespace

http::Plan plan_return_path(const Parts& parts, const http::Request& request) {
  http::Parameters parameters(request);
  const auto id = schemas::DeliveryId::parse(request.captured[0]);
  if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
  const auto partition = parameters.number("partition", 0, schemas::kMaxPartitions - 1);
  if (!partition) parameters.refuse("partition", "\"partition\" is needed: the delivery's.");
  const auto within = parameters.number("within", 0, kMostWithin).value_or(0);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const Wanted wanted{*id, static_cast<std::uint32_t>(*partition), milliseconds(within)};
  return http::Read([&parts, wanted] { return read_return_path(parts, wanted); });
}

}  // namespace waybill::query
