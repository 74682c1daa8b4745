#include "app/cluster/cluster_peers.h"

#include <map>

#include "query/partition_list.h"

namespace waybill::app {

using ingest::NodeState;

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

class Peers final : public query::Peers {
 public:
  explicit Peers(ClusterParts parts) : parts_(std::move(parts)) {}

  std::vector<query::PeerAnswer> ask(const std::vector<std::uint32_t>& partitions,
                                     const std::string& target, const std::string& trace) override {
    std::map<std::string, query::PeerAnswer> by_node;
    std::map<std::string, std::string> addresses;
    for (const std::uint32_t partition : partitions) {
      const auto owner = owner_of(parts_.board, partition, parts_.self);
      if (!owner) continue;
      query::PeerAnswer& answer = by_node[owner->node()];
      answer.node = owner->node();
      answer.partitions.push_back(partition);
      addresses[owner->node()] = owner->address();
    }
    std::vector<runtime::HttpRequest> requests;
    for (const auto& [node, answer] : by_node) {
      runtime::HttpRequest request;
      request.base = addresses[node];
      request.target = target;
      request.fields = {{"Authorization", parts_.secret.authorization()},
                        {"traceparent", trace},
                        {query::kPartitionsField, query::write_partitions(answer.partitions)}};
      requests.push_back(std::move(request));
    }
    std::vector<query::PeerAnswer> out;
    const auto answers = parts_.http.ask_all(requests, parts_.deadline);
    std::size_t i = 0;
    for (auto& [node, answer] : by_node) {
      const auto& said = answers[i++];
      if (!said) continue;
      answer.status = said->status;
      answer.body = said->body;
      out.push_back(std::move(answer));
    }
    return out;
  }

 private:
  const ClusterParts parts_;
};

}  // namespace

std::optional<NodeState> owner_of(const ingest::NodeBoard& board, std::uint32_t partition,
                                  const std::string& self, Choice choice) {
  std::optional<NodeState> best;
  std::uint64_t least = 0;
  for (NodeState& node : board.nodes()) {
    const auto* state = find_partition(node, partition);
    if (state == nullptr || !may_be_asked(node.address()) || node.node() == self) continue;
    // The board gives nodes by name.
    if (best && (choice == Choice::the_same_for_all || state->lag() >= least)) continue;
    least = state->lag();
    best = std::move(node);
  }
  return best;
}

std::unique_ptr<query::Peers> cluster_peers(ClusterParts parts) {
  return std::make_unique<Peers>(std::move(parts));
}

}  // namespace waybill::app
