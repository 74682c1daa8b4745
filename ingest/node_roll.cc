#include "ingest/node_roll.h"

#include <algorithm>

namespace waybill::ingest {

void NodeRoll::heard(NodeState state, runtime::Instant now) {
  last_ = std::max(last_, now);
  Heard& of_node = nodes_[state.node()];
  of_node.state = std::move(state);
  of_node.at = now;
  // Names come and go with machines.
  std::erase_if(nodes_, [this](const auto& one) { return last_ - one.second.at > kNodeSilence; });
}

std::vector<NodeState> NodeRoll::present() const {
  std::vector<NodeState> out;
  for (const auto& [name, one] : nodes_) out.push_back(one.state);
  return out;
}

}  // namespace waybill::ingest
