// A census of the nodes: the whole board (node_board.h) read once, for tools. Blocking.
//
// A node that announced itself during the reading is included even if clocks disagree. Each
// announcement carries its own node's time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ingest/kafka_settings.h"
#include "ingest/node_board.h"
#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::ingest {

struct NodeWord {
  NodeState state;           // the newest announcement
  bool heard = false;        // it came while we listened
  runtime::WallTime read{};  // when it came, by our clock
};

// By name. Reads to the end that the topic has now, and listens for `listening` more.
// Errc::unreachable or timeout: the topic could not be read within `timeout`; not_found: there is
// no such topic.
runtime::Explained<std::vector<NodeWord>> read_nodes(const KafkaSettings& settings,
                                                     const runtime::Clock& clock,
                                                     std::chrono::milliseconds listening,
                                                     std::chrono::milliseconds timeout);

}  // namespace waybill::ingest
