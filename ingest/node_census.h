// A census of the nodes: the whole board (node_board.h) read once, for tools. Blocking.
//
// Whoever spoke while it was listened to is there, whatever the clocks say, and his word's time is
// the time of his clock.
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
  NodeState state;           // the newest word
  bool heard = false;        // it came while we listened
  runtime::WallTime read{};  // when, by our clock
};

// By name. Reads to the end that the topic has now, and listens for `listening` more.
// Errc::unreachable or timeout: that was not possible within `timeout`; not_found: there is no such
// topic.
runtime::Explained<std::vector<NodeWord>> read_nodes(const KafkaSettings& settings,
                                                     const runtime::Clock& clock,
                                                     std::chrono::milliseconds listening,
                                                     std::chrono::milliseconds timeout);

}  // namespace waybill::ingest
