#include "query/gather.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "schemas/event.h"

namespace waybill::query {

namespace json = boost::json;
using runtime::Errc;

namespace {

// Soon enough for an owner that starts again.
constexpr std::chrono::seconds kOwnerRetry{5};

bool wanted(const Request& request, const Inquiry& inquiry, std::uint32_t partition) {
  if (inquiry.partition && *inquiry.partition != partition) return false;
  if (!request.partitions) return true;
  return std::binary_search(request.partitions->begin(), request.partitions->end(), partition);
}

void ask_local(const LocalPartition& local, const Inquiry& inquiry, Gathered& out) {
  // Both before the rows: the answer is then at least this fresh.
  const Freshness fresh = local.freshness();
  const auto progress = local.history->progress();
  if (!progress) {
    out.problem = unreadable(progress.error());
    return;
  }
  PartitionAsOf as_of;
  as_of.partition = local.partition;
  as_of.index = progress->next_index;
  if (progress->next_index > 0) as_of.time = progress->as_of;
  as_of.lag = fresh.lag;
  as_of.complete_at = fresh.whole_at;
  auto part = inquiry.ask(local);
  if (part) {
    out.parts.push_back(std::move(*part));
  } else if (part.error() != Errc::not_found) {
    out.problem = unreadable(part.error());
    return;
  }
  out.as_of.partitions.push_back(as_of);
}

std::uint64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code wrong;
  return value == nullptr ? 0 : value->to_number<std::uint64_t>(wrong);
}

std::optional<runtime::WallTime> time_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto time = schemas::parse_rfc3339(std::string_view(value->as_string()));
  if (!time) return std::nullopt;
  return *time;
}

// nullopt: of none that was asked.
std::optional<PartitionAsOf> read_partition(const json::object& object,
                                            const std::vector<std::uint32_t>& asked) {
  const json::value* said = object.if_contains("partition");
  const auto found = std::find_if(asked.begin(), asked.end(), [&](std::uint32_t partition) {
    return said != nullptr && *said == json::value(partition);
  });
  if (found == asked.end()) return std::nullopt;
  PartitionAsOf out;
  out.partition = *found;
  out.index = number_of(object, "index");
  out.lag = number_of(object, "lag");
  out.time = time_of(object, "time");
  out.complete_at = time_of(object, "complete_at");
  return out;
}

bool is_told(const AsOf& as_of, std::uint32_t partition) {
  const auto is_it = [&](const PartitionAsOf& one) { return one.partition == partition; };
  return std::any_of(as_of.partitions.begin(), as_of.partitions.end(), is_it);
}

// False: that is no answer of a Waybill.
bool take_peer(const PeerAnswer& answer, Gathered& out) {
  if (answer.status != 200 && answer.status != 404) return false;
  boost::system::error_code wrong;
  json::value value = json::parse(answer.body, wrong);
  if (wrong || !value.is_object()) return false;
  json::object& object = value.as_object();
  const json::value* as_of = object.if_contains("as_of");
  if (as_of == nullptr || !as_of->is_object()) return false;
  const json::value* list = as_of->as_object().if_contains("partitions");
  if (list == nullptr || !list->is_array()) return false;
  for (const json::value& one : list->as_array()) {
    if (!one.is_object()) return false;
    const auto read = read_partition(one.as_object(), answer.partitions);
    if (!read || is_told(out.as_of, read->partition)) return false;
    out.as_of.partitions.push_back(*read);
  }
  if (answer.status == 200) {
    object.erase("as_of");
    out.parts.push_back(std::move(object));
  }
  return true;
}

void ask_peers(const ServerParts& parts, const Request& request,
               const std::vector<std::uint32_t>& elsewhere, Gathered& out) {
  if (elsewhere.empty()) return;
  if (parts.peers != nullptr) {
    for (const PeerAnswer& answer : parts.peers->ask(elsewhere, request.target, request.trace)) {
      Gathered whole = out;
      if (take_peer(answer, whole)) out = std::move(whole);
    }
  }
  for (const std::uint32_t partition : elsewhere) {
    if (!is_told(out.as_of, partition)) out.as_of.missing.push_back(partition);
  }
}

Problem nobody_there(const AsOf& as_of) {
  Problem problem;
  problem.status = 503;
  problem.code = "partitions_missing";
  problem.detail =
      "The servers that have this part of the log are not in reach; \"missing\" names the "
      "partitions. Ask again later.";
  problem.as_of = as_of;
  problem.retry_after = kOwnerRetry;
  return problem;
}

}  // namespace

Gathered gather(const ServerParts& parts, const Request& request, const Inquiry& inquiry) {
  Gathered out;
  std::vector<std::uint32_t> elsewhere;
  auto local = parts.partitions.begin();
  for (std::uint32_t partition = 0; partition < parts.partition_count; ++partition) {
    if (!wanted(request, inquiry, partition)) continue;
    while (local != parts.partitions.end() && local->partition < partition) ++local;
    if (local != parts.partitions.end() && local->partition == partition) {
      ask_local(*local, inquiry, out);
      if (out.problem) return out;
    } else {
      elsewhere.push_back(partition);
    }
  }
  ask_peers(parts, request, elsewhere, out);
  std::sort(out.as_of.partitions.begin(), out.as_of.partitions.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  // A question that finds nothing in a partition has an empty part from it, or none (404).
  if (out.as_of.partitions.empty()) out.problem = nobody_there(out.as_of);
  return out;
}

Problem nothing_found(std::string detail, Gathered gathered) {
  if (gathered.problem) return std::move(*gathered.problem);
  if (!gathered.as_of.missing.empty()) return nobody_there(gathered.as_of);
  return not_found(std::move(detail), std::move(gathered.as_of));
}

}  // namespace waybill::query
