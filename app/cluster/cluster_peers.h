// ClusterPeers: the other nodes as the HTTP server sees them: the board says which node owns which
// partition, and each is asked over HTTP with the cluster's secret.
#pragma once

#include <memory>
#include <optional>

#include "ingest/node_board.h"
#include "query/peers.h"
#include "runtime/http_client.h"
#include "runtime/secret_file.h"

namespace waybill::app {

// Which of the nodes that have a partition's views is meant: the one with the least lag, or the one
// that every node with this choice comes to.
enum class Choice { least_behind, the_same_for_all };

// nullopt: none is known. Not `self`.
std::optional<ingest::NodeState> owner_of(const ingest::NodeBoard& board, std::uint32_t partition,
                                          const std::string& self,
                                          Choice choice = Choice::least_behind);

struct ClusterParts {
  const ingest::NodeBoard& board;
  runtime::HttpClient& http;
  const runtime::SharedSecret& secret;
  std::string self;
  runtime::Duration deadline;
};

// All outlive it.
std::unique_ptr<query::Peers> cluster_peers(ClusterParts parts);

}  // namespace waybill::app
