// ClusterPeers: the other nodes as the HTTP server sees them: the board says which nodes own which
// partition, and they are asked over HTTP with the cluster's secret.
#pragma once

#include <memory>
#include <vector>

#include "app/cluster/silent_nodes.h"
#include "ingest/node_board.h"
#include "query/peers.h"
#include "runtime/http_client.h"
#include "runtime/secret_file.h"

namespace waybill::app {

// Which of the nodes that have a partition's views comes first: the one with the least lag, or the
// one that comes first for every node with this choice.
enum class Choice { least_behind, the_same_for_all };

// All that are known, but `self`, in the order in which they are to be asked.
std::vector<ingest::NodeState> owners_of(const ingest::NodeBoard& board, std::uint32_t partition,
                                         const std::string& self,
                                         Choice choice = Choice::least_behind);

// The node of that name, where it is among them, before the others.
void put_first(std::vector<ingest::NodeState>& owners, const std::string& name);

struct ClusterParts {
  const ingest::NodeBoard& board;
  runtime::HttpClient& http;
  const runtime::SharedSecret& secret;
  SilentNodes& silent;
  const runtime::Clock& clock;
  std::string self;
  runtime::Duration deadline;
};

// All outlive it.
std::unique_ptr<query::Peers> cluster_peers(ClusterParts parts);

}  // namespace waybill::app
