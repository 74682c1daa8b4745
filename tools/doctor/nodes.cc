#include "tools/doctor/nodes.h"

#include <algorithm>
#include <map>
#include <set>

#include "schemas/event.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

using ingest::NodeWord;
using runtime::Duration;
using runtime::WallTime;

namespace {

bool is_relay(const NodeWord& node) { return node.state.partitions().empty(); }

std::vector<std::uint32_t> partitions_of(const NodeWord& node, bool failed_alone) {
  std::vector<std::uint32_t> out;
  for (const auto& one : node.state.partitions()) {
    if (one.failed() || !failed_alone) out.push_back(one.partition());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void judge_progress(const NodeWord& node, Findings& out) {
  const std::string& name = node.state.node();
  if (is_relay(node)) {
    const std::uint64_t backlog = node.state.backlog();
    const bool many = backlog > kMostBehind;
    out.push_back({many ? Severity::warning : Severity::fine, name,
                   "relay, " + plural(backlog, "event", "events") + " not yet in the log",
                   many ? "See whether the brokers take records, and the relay's log." : ""});
    return;
  }
  std::uint64_t lag = 0;
  for (const auto& one : node.state.partitions()) {
    if (!one.failed()) lag += one.lag();
  }
  const bool far = lag > kMostBehind;
  out.push_back(
      {far ? Severity::warning : Severity::fine, name,
       "has " + name_partitions(partitions_of(node, false)) + ", " +
           plural(lag, "record", "records") + " behind the log",
       far ? "Wait if it has just started; else give some partitions to another node." : ""});
  const auto failed = partitions_of(node, true);
  if (failed.empty()) return;
  out.push_back({Severity::wrong, name,
                 "does not fold " + name_partitions(failed) + " any more: history stands still",
                 "Its /readyz and its log say why; restore a backup or rebuild, then restart it."});
}

void judge_clock(const NodeWord& node, Findings& out) {
  const Duration ahead = schemas::wall_time(node.state.at()) - node.read;
  if (std::chrono::abs(ahead) <= kClockTolerance) return;
  out.push_back({Severity::warning, node.state.node(),
                 "its clock is " + about_time(std::chrono::abs(ahead)) +
                     (ahead > Duration::zero() ? " ahead of" : " behind") + " this machine's",
                 "Run an NTP client on both."});
}

void judge_silence(const NodeWord& node, WallTime now, Findings& out) {
  const Duration silent = now - schemas::wall_time(node.state.at());
  const bool forgotten = silent > kForgotten;
  out.push_back({forgotten ? Severity::note : Severity::warning, node.state.node(),
                 std::string(is_relay(node) ? "a relay" : "a projector") +
                     " that was last heard of " + about_time(silent) + " ago",
                 forgotten ? "" : "Start it again, unless it was taken away for good."});
}

// Its clock may be wrong and it is there; one that has just paused is there too.
bool is_there(const NodeWord& node, WallTime now) {
  return node.heard || now - schemas::wall_time(node.state.at()) <= ingest::kNodeSilence;
}

void judge_owners(const std::vector<const NodeWord*>& there, std::uint32_t partitions,
                  Findings& out) {
  std::map<std::uint32_t, std::uint32_t> owners;
  for (const NodeWord* node : there) {
    for (const std::uint32_t one : partitions_of(*node, false)) ++owners[one];
  }
  std::vector<std::uint32_t> without;
  std::vector<std::uint32_t> twice;
  for (std::uint32_t i = 0; i < partitions; ++i) {
    if (owners[i] == 0) without.push_back(i);
    if (owners[i] > 1) twice.push_back(i);
  }
  if (!without.empty()) {
    out.push_back({Severity::wrong, "owners",
                   "nobody has " + name_partitions(without) +
                       ": no history from there, and reports on deliveries there get 451",
                   "Start a `waybill projector` with --partitions that names them."});
  }
  if (!twice.empty()) {
    out.push_back({Severity::note, "owners",
                   name_partitions(twice) + (twice.size() == 1 ? " is" : " are") +
                       " with more than one node, of which one is asked",
                   ""});
  }
}

void judge_versions(const std::vector<const NodeWord*>& there, Findings& out) {
  std::set<std::string> versions;
  for (const NodeWord* node : there) versions.insert(node->state.version());
  if (versions.size() < 2) return;
  out.push_back({Severity::note, "versions",
                 "the nodes run " + name_some({versions.begin(), versions.end()}, versions.size()),
                 "Harmless during an upgrade; finish it."});
}

}  // namespace

Findings judge_nodes(const std::vector<NodeWord>& nodes, std::uint32_t partitions, WallTime now) {
  Findings out;
  std::vector<const NodeWord*> there;
  for (const NodeWord& node : nodes) {
    if (!is_there(node, now)) {
      judge_silence(node, now, out);
      continue;
    }
    there.push_back(&node);
    judge_progress(node, out);
    if (node.heard) judge_clock(node, out);
  }
  judge_owners(there, partitions, out);
  const auto relay = [](const NodeWord* node) { return is_relay(*node); };
  if (std::none_of(there.begin(), there.end(), relay)) {
    out.push_back({Severity::warning, "relays", "none is heard of: mail is taken nowhere",
                   "Start a `waybill relay`."});
  }
  judge_versions(there, out);
  return out;
}

}  // namespace waybill::tools::doctor
