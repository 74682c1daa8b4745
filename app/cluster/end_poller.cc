#include "app/cluster/end_poller.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "query/partition_list.h"
#include "runtime/clock.h"

namespace waybill::app {

using ingest::NodeState;

namespace {

// How soon a poller that nobody needs sees that its node stops; a reader wakes it at once.
constexpr std::chrono::seconds kIdleLook{1};
// A round ends by itself (EndsChain); this is longer than any.
constexpr std::chrono::seconds kLongestRound{60};

// Partitions that the same nodes have, in the same order.
struct Owned {
  std::vector<std::uint32_t> partitions;
  std::vector<NodeState> owners;
};

}  // namespace

EndPoller::EndPoller(ClusterParts parts, query::feed::PeerEnds& ends)
    : parts_(std::move(parts)), ends_(ends), thread_([this] { run(); }) {}

EndPoller::~EndPoller() {
  stop();
  thread_.join();
}

void EndPoller::stop() {
  {
    const runtime::MutexLock lock(mutex_);
    stopping_ = true;
  }
  told_.notify_all();
  ends_.close();
}

bool EndPoller::is_stopping() const {
  const runtime::MutexLock lock(mutex_);
  return stopping_;
}

void EndPoller::run() {
  bool asked = false;
  while (!is_stopping()) {
    if (!ends_.wait_until_wanted(kIdleLook)) {
      // What is known now is old when somebody reads again.
      if (std::exchange(asked, false)) ends_.forget();
      known_.clear();
      continue;
    }
    asked = true;
    ask_for_a_round();
  }
}

void EndPoller::ask_for_a_round() {
  EndsChain::Round round{parts_.silent, parts_.clock, ends_, known_, parts_.deadline};
  round.until = parts_.clock.now() + EndsChain::kWait;
  round.stopping = [this] { return is_stopping(); };
  round.request = [this](const NodeState& owner, const std::string& target,
                         const std::vector<std::uint32_t>& partitions) {
    runtime::HttpRequest request;
    request.base = owner.address();
    request.target = target;
    request.fields = {{"Authorization", parts_.secret.authorization()},
                      {query::kPartitionsField, query::write_partitions(partitions)}};
    return request;
  };
  std::map<std::vector<std::string>, Owned> by_names;
  for (const std::uint32_t partition : ends_.partitions()) {
    auto owners = owners_of(parts_.board, partition, parts_.self);
    // The one that was read so far, as long as it answers: it need not be the least behind.
    put_first(owners, ends_.state(partition).owner);
    std::stable_partition(owners.begin(), owners.end(), [this](const NodeState& owner) {
      return !parts_.silent.silent(owner.node());
    });
    if (owners.empty()) ends_.lost(partition);
    std::vector<std::string> names;
    for (const NodeState& owner : owners) names.push_back(owner.node());
    Owned& owned = by_names[std::move(names)];
    owned.partitions.push_back(partition);
    owned.owners = std::move(owners);
  }
  std::vector<std::unique_ptr<EndsChain>> chains;
  std::vector<runtime::HttpChain*> all;
  for (auto& [names, owned] : by_names) {
    if (names.empty()) continue;
    chains.push_back(
        std::make_unique<EndsChain>(round, std::move(owned.owners), std::move(owned.partitions)));
    round.chains.push_back(chains.back().get());
    all.push_back(chains.back().get());
  }
  if (!all.empty()) parts_.http.follow_all(all, kLongestRound);
  pause_until(round.until);
}

void EndPoller::pause_until(runtime::Instant until) {
  const runtime::MutexLock lock(mutex_);
  while (!stopping_ && told_.wait_until(mutex_, until)) {
  }
}

}  // namespace waybill::app
