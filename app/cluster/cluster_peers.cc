#include "app/cluster/cluster_peers.h"

#include <algorithm>
#include <map>
#include <string>

#include "app/cluster/owner_chain.h"
#include "query/node_asker.h"
#include "query/partition_list.h"

namespace waybill::app {

using ingest::NodeState;
using Partitions = std::vector<std::uint32_t>;

namespace {

const ::waybill::nodes::v1::PartitionState* find_partition(const NodeState& node,
                                                           std::uint32_t partition) {
  for (const auto& one : node.partitions()) {
    if (one.partition() == partition && !one.failed()) return &one;
  }
  return nullptr;
}

// The secret goes there: over TLS, or not off this machine.
bool may_be_asked(std::string_view address) {
  return address.starts_with("https://") || address.starts_with("http://127.") ||
         address.starts_with("http://[::1]");
}

// Partitions that the same nodes have, in the same order: they are asked for in one question.
struct Group {
  Partitions partitions;  // of which nobody has spoken yet
  std::vector<NodeState> owners;
};

class Peers final : public query::Peers {
 public:
  explicit Peers(ClusterParts parts) : parts_(std::move(parts)) {}

  void ask(const query::PeerQuestion& question, const query::TakeAnswer& take) override {
    std::vector<Group> groups = groups_of(question);
    std::vector<OwnerChain> chains;
    chains.reserve(groups.size());
    for (Group& group : groups) {
      chains.emplace_back(
          parts_.silent, parts_.clock, group.owners,
          [this, &question, &group](const NodeState& owner, runtime::Instant) {
            return request_to(owner, question, group.partitions);
          },
          [&group, &take](const NodeState& owner, const auto& said) {
            return said && take_from(owner, *said, group, take);
          });
    }
    std::vector<runtime::HttpChain*> all;
    for (OwnerChain& chain : chains) all.push_back(&chain);
    if (!all.empty()) parts_.http.follow_all(all, parts_.deadline);
  }

 private:
  std::vector<Group> groups_of(const query::PeerQuestion& question) const {
    std::map<std::vector<std::string>, Group> by_names;
    for (const std::uint32_t partition : question.partitions) {
      auto owners = owners_of(parts_.board, partition, parts_.self);
      if (owners.empty()) continue;
      if (const auto first = question.first.find(partition); first != question.first.end()) {
        put_first(owners, first->second);
      }
      std::vector<std::string> names;
      for (const NodeState& owner : owners) names.push_back(owner.node());
      Group& group = by_names[std::move(names)];
      group.partitions.push_back(partition);
      group.owners = std::move(owners);
    }
    std::vector<Group> out;
    for (auto& [names, group] : by_names) out.push_back(std::move(group));
    return out;
  }

  runtime::HttpRequest request_to(const NodeState& owner, const query::PeerQuestion& question,
                                  const Partitions& partitions) const {
    runtime::HttpRequest request;
    request.base = owner.address();
    request.target = question.target;
    request.fields = {{"Authorization", parts_.secret.authorization()},
                      {"traceparent", question.trace},
                      {query::kPartitionsField, query::write_partitions(partitions)}};
    if (question.sight) request.fields.emplace_back(query::kSightField, *question.sight);
    return request;
  }

  // True: all that the group lacked has been spoken of.
  static bool take_from(const NodeState& owner, const runtime::HttpAnswer& said, Group& group,
                        const query::TakeAnswer& take) {
    query::PeerAnswer answer;
    answer.partitions = group.partitions;
    answer.node = owner.node();
    answer.status = said.status;
    answer.body = said.body;
    const Partitions told = take(answer);
    std::erase_if(group.partitions, [&](std::uint32_t one) {
      return std::find(told.begin(), told.end(), one) != told.end();
    });
    return group.partitions.empty();
  }

  const ClusterParts parts_;
};

}  // namespace

std::vector<NodeState> owners_of(const ingest::NodeBoard& board, std::uint32_t partition,
                                 const std::string& self, Choice choice) {
  std::vector<NodeState> out;
  for (NodeState& node : board.nodes()) {
    const auto* state = find_partition(node, partition);
    if (state == nullptr || !may_be_asked(node.address()) || node.node() == self) continue;
    out.push_back(std::move(node));
  }
  // The board gives nodes by name.
  if (choice == Choice::the_same_for_all) return out;
  std::stable_sort(out.begin(), out.end(), [partition](const NodeState& a, const NodeState& b) {
    return find_partition(a, partition)->lag() < find_partition(b, partition)->lag();
  });
  return out;
}

void put_first(std::vector<NodeState>& owners, const std::string& name) {
  std::stable_partition(owners.begin(), owners.end(),
                        [&](const NodeState& one) { return one.node() == name; });
}

std::unique_ptr<query::Peers> cluster_peers(ClusterParts parts) {
  return std::make_unique<Peers>(std::move(parts));
}

}  // namespace waybill::app
