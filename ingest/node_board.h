// NodeBoard: where nodes of a cluster announce which partitions they have and how far they are, and
// read each other's announcements.
//
// announce() returns at once; a newer announcement replaces one that did not get through. nodes()
// gives the newest announcement of every node that is heard from (node_roll.h). Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/kafka_settings.h"
#include "ingest/node_roll.h"
#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::ingest {

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
