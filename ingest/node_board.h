// NodeBoard: where nodes of a cluster announce which partitions they have and how far they are, and
// read each other's announcements.
//
// announce() returns at once; a newer announcement replaces one that did not get through. nodes()
// gives the newest announcement of every node heard from within kNodeSilence. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/kafka_settings.h"
#include "runtime/failure.h"
#include "runtime/time.h"
#include "schemas/node.pb.h"

namespace waybill::ingest {

using NodeState = ::waybill::nodes::v1::NodeState;

// How often a node announces its state. A node that was silent for kNodeSilence is away, or cut
// off.
inline constexpr std::chrono::milliseconds kNodeSpeaksEvery{500};
inline constexpr std::chrono::seconds kNodeSilence{15};
static_assert(kNodeSilence > 10 * kNodeSpeaksEvery, "a few lost announcements are no absence");

class NodeBoard {
 public:
  virtual ~NodeBoard() = default;
  virtual void announce(const NodeState& state) = 0;
  // By name, ascending.
  virtual std::vector<NodeState> nodes() const = 0;
};

// On the compacted topic waybill.nodes.v1. The clock outlives it.
runtime::Explained<std::unique_ptr<NodeBoard>> kafka_node_board(const KafkaSettings& settings,
                                                                const runtime::Clock& clock);

}  // namespace waybill::ingest
