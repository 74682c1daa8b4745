#include "query/gather.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <numeric>

#include "http/target.h"
#include "query/node_asker.h"
#include "query/partition_list.h"
#include "query/render.h"
#include "schemas/event.h"
#include "schemas/json_members.h"

namespace waybill::query {

namespace json = boost::json;
using runtime::Errc;
using schemas::EventIndex;

namespace {

// The status of what is no answer: it would have taken waiting. It leaves in none.
constexpr unsigned kWouldBlock = 0;

// Soon enough for an owner that starts again.
constexpr std::chrono::seconds kOwnerRetry{5};

// A rebuild takes seconds for a small log and minutes for a large one.
constexpr std::chrono::seconds kRebuildRetry{10};

// The partitions to be spoken of, ascending: those that can know and that were asked for. nullopt:
// the request's list is none.
std::optional<std::vector<std::uint32_t>> wanted(const Sources& sources,
                                                 const http::Request& request,
                                                 std::optional<std::uint32_t> only) {
  const std::string_view list = request.field(kPartitionsField);
  std::vector<std::uint32_t> out;
  if (!list.empty()) {
    const auto asked = parse_partitions(list);
    if (!asked) return std::nullopt;
    out = *asked;
    std::erase_if(out, [&](std::uint32_t one) { return one >= sources.partition_count; });
  } else {
    out.resize(sources.partition_count);
    std::iota(out.begin(), out.end(), 0U);
  }
  if (only) std::erase_if(out, [&](std::uint32_t one) { return one != *only; });
  return out;
}

PartitionAsOf::Hole hole_of(const projector::ArchiveHole& hole) {
  PartitionAsOf::Hole out;
  if (hole.after != 0) out.after = schemas::wall_time(hole.after);
  if (hole.before != 0) out.before = schemas::wall_time(hole.before);
  return out;
}

void ask_local(const LocalPartition& local, const Inquiry& inquiry, Gathered& out) {
  // Both before the rows: the answer is then at least this fresh.
  const Freshness fresh = local.freshness();
  const auto standing = local.history->standing();
  if (!standing) {
    out.problem = unreadable(standing.error());
    return;
  }
  const projector::Progress& progress = (*standing)->progress;
  PartitionAsOf as_of;
  as_of.partition = local.partition;
  as_of.index = progress.next_index;
  if (progress.next_index > EventIndex(0)) as_of.time = progress.as_of;
  as_of.lag = fresh.lag;
  as_of.complete_at = fresh.complete_at;
  for (const projector::ArchiveHole& hole : (*standing)->holes)
    as_of.holes.push_back(hole_of(hole));
  const auto asked = inquiry.ask(local);
  if (!asked && asked.error() != Errc::not_found) {
    out.problem = unreadable(asked.error());
    return;
  }
  out.as_of.partitions.push_back(as_of);
}

std::optional<runtime::WallTime> time_of(const json::object& object, std::string_view name) {
  const auto time = schemas::parse_rfc3339(schemas::text_member(object, name));
  if (!time) return std::nullopt;
  return *time;
}

// nullopt: of none that was asked.
std::optional<PartitionAsOf> read_partition(const json::object& object,
                                            const std::vector<std::uint32_t>& asked) {
  const auto said = schemas::number_member(object, "partition");
  const auto found = std::find(asked.begin(), asked.end(), said);
  if (found == asked.end()) return std::nullopt;
  PartitionAsOf out;
  out.partition = *found;
  out.index = EventIndex(schemas::number_member(object, "index").value_or(0));
  out.lag = schemas::number_member(object, "lag");
  out.time = time_of(object, "time");
  out.complete_at = time_of(object, "complete_at");
  if (const json::array* const holes = schemas::array_member(object, "holes")) {
    for (const json::value& hole : *holes) {
      if (!hole.is_object()) continue;
      out.holes.push_back(
          {time_of(hole.as_object(), "after"), time_of(hole.as_object(), "before")});
    }
  }
  return out;
}

bool is_told(const AsOf& as_of, std::uint32_t partition) {
  const auto is_it = [&](const PartitionAsOf& one) { return one.partition == partition; };
  return std::any_of(as_of.partitions.begin(), as_of.partitions.end(), is_it);
}

// The partitions that it spoke of. None: that is no answer of a Waybill, and nothing is taken.
std::vector<std::uint32_t> take_peer(const PeerAnswer& answer, const Inquiry& inquiry,
                                     Gathered& out) {
  const bool may_refuse = answer.status == 409 && !inquiry.refused.empty();
  if (answer.status != 200 && answer.status != 404 && !may_refuse) return {};
  boost::system::error_code wrong;
  json::value value = json::parse(answer.body, wrong);
  if (wrong || !value.is_object()) return {};
  json::object& object = value.as_object();
  if (may_refuse) {
    out.refused = out.refused || schemas::text_member(object, "code") == inquiry.refused;
    return {};
  }
  const json::object* const as_of = schemas::object_member(object, "as_of");
  if (as_of == nullptr) return {};
  const json::array* const list = schemas::array_member(*as_of, "partitions");
  if (list == nullptr) return {};
  AsOf said;
  std::vector<std::uint32_t> told;
  for (const json::value& one : *list) {
    if (!one.is_object()) return {};
    const auto read = read_partition(one.as_object(), answer.partitions);
    if (!read || is_told(said, read->partition) || is_told(out.as_of, read->partition)) return {};
    said.partitions.push_back(*read);
    told.push_back(read->partition);
  }
  if (answer.status == 200 && !told.empty()) {
    object.erase("as_of");
    PeerSaid peer{std::move(object), told, answer.body.size()};
    for (const PartitionAsOf& one : said.partitions) peer.ends.emplace(one.partition, one.index);
    if (!inquiry.take(std::move(peer))) return {};
  }
  auto& partitions = out.as_of.partitions;
  partitions.insert(partitions.end(), said.partitions.begin(), said.partitions.end());
  return told;
}

void ask_peers(const Sources& sources, const http::Request& request,
               const std::vector<std::uint32_t>& elsewhere, const Inquiry& inquiry, Gathered& out) {
  if (elsewhere.empty()) return;
  if (sources.peers != nullptr) {
    // As it was asked, but for the reason: that is on record here.
    sources.peers->ask(
        {elsewhere, http::write_target(request), request.trace, write_sight(request.sight())},
        [&](const PeerAnswer& answer) { return take_peer(answer, inquiry, out); });
  }
  for (const std::uint32_t partition : elsewhere) {
    if (!is_told(out.as_of, partition)) out.as_of.missing.push_back(partition);
  }
}

http::Problem nobody_there(const AsOf& as_of) {
  auto problem = http::problem_of(
      503, "partitions_missing",
      "The servers that have this part of the log are not in reach; \"missing\" names the "
      "partitions. Ask again later.");
  problem.extensions["as_of"] = to_json(as_of);
  problem.retry_after = kOwnerRetry;
  return problem;
}

}  // namespace

http::Shown shown_of(std::uint64_t rows, const AsOf& as_of, std::string domain) {
  http::Shown out;
  out.rows = rows;
  if (!as_of.partitions.empty()) out.as_of_index = as_of.partitions.front().index.value();
  out.as_of = as_of.time().value_or(runtime::WallTime{});
  out.domain = std::move(domain);
  out.tells_a_moment =
      std::any_of(as_of.partitions.begin(), as_of.partitions.end(),
                  [](const PartitionAsOf& one) { return one.complete_at.has_value(); });
  return out;
}

Gathered gather(const Sources& sources, const http::Request& request, const Inquiry& inquiry) {
  Gathered out;
  const auto asked = wanted(sources, request, inquiry.partition);
  if (!asked) {
    out.problem =
        http::problem_of(400, "malformed_request", "Waybill-Partitions is a list such as 0,3,5.");
    return out;
  }
  std::vector<std::uint32_t> elsewhere;
  auto local = sources.partitions.begin();
  for (const std::uint32_t partition : *asked) {
    while (local != sources.partitions.end() && local->partition < partition) ++local;
    if (local != sources.partitions.end() && local->partition == partition) {
      ask_local(*local, inquiry, out);
      if (out.problem) return out;
    } else {
      elsewhere.push_back(partition);
    }
  }
  ask_peers(sources, request, elsewhere, inquiry, out);
  std::sort(out.as_of.partitions.begin(), out.as_of.partitions.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  // A question that finds nothing in a partition has an empty part from it, or none (404).
  if (out.as_of.partitions.empty()) out.problem = nobody_there(out.as_of);
  return out;
}

http::Plan plan_read(const Sources& sources, const http::Request& request,
                     std::optional<std::uint32_t> partition, http::Read read) {
  const auto asked = wanted(sources, request, partition);
  const auto is_here = [&](std::uint32_t one) {
    return std::any_of(sources.partitions.begin(), sources.partitions.end(),
                       [one](const LocalPartition& local) { return local.partition == one; });
  };
  if (sources.peers == nullptr || !asked || std::all_of(asked->begin(), asked->end(), is_here)) {
    return read;
  }
  return http::RemoteRead{std::move(read)};
}

http::Plan plan_quick_read(const Sources& sources, const http::Request& request,
                           std::optional<std::uint32_t> partition, std::size_t lines,
                           std::function<http::Response(const Sources&)> read) {
  http::Plan plan =
      plan_read(sources, request, partition, [&sources, read] { return read(sources); });
  auto* const local = std::get_if<http::Read>(&plan);
  if (local == nullptr || sources.at_once == nullptr) return plan;
  const std::size_t asked = partition ? 1 : sources.partitions.size();
  if (asked * lines > kMostQuickLines) return plan;
  auto at_once = [from = sources.at_once, read = std::move(read)]() -> std::optional<http::Answer> {
    http::Response response = read(*from);
    if (response.status == kWouldBlock) return std::nullopt;
    return response;
  };
  return http::QuickRead{std::move(at_once), std::move(*local)};
}

std::shared_ptr<const Sources> with_at_once(Sources sources) {
  const auto has_it = [](const LocalPartition& local) { return local.at_once != nullptr; };
  if (std::all_of(sources.partitions.begin(), sources.partitions.end(), has_it)) {
    Sources at_once = sources;
    for (LocalPartition& local : at_once.partitions) local.history = local.at_once;
    sources.at_once = std::make_shared<const Sources>(std::move(at_once));
  }
  return std::make_shared<const Sources>(std::move(sources));
}

http::Problem unreadable(const runtime::Error& error) {
  if (runtime::errc_of(error) == Errc::would_block) {
    return http::problem_of(kWouldBlock, "would_block", error.message());
  }
  if (runtime::errc_of(error) == Errc::temporary) {
    auto problem = http::problem_of(
        503, "views_rebuilding",
        "The views are being rebuilt from the log: ask again when /readyz says 200.");
    problem.retry_after = kRebuildRetry;
    return problem;
  }
  return http::problem_of(
      500, "views_unreadable",
      "The views could not be read (" + error.message() +
          "). If they are damaged, \"waybill views rebuild\" folds them again from the log.");
}

http::Problem nothing_found(std::string detail, Gathered gathered) {
  if (gathered.problem) return std::move(*gathered.problem);
  if (!gathered.as_of.missing.empty()) return nobody_there(gathered.as_of);
  auto problem = http::not_found(std::move(detail));
  problem.extensions["as_of"] = to_json(gathered.as_of);
  return problem;
}

}  // namespace waybill::query
