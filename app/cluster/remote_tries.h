// The tries of other relays: what nodes with views have of them, and the loans of deliveries that
// several relays could go on under (relay/plan/loans.h), from the node that gives the turns of that
// partition.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "app/cluster/cluster_peers.h"
#include "app/cluster/remote_return_paths.h"
#include "projector/history.h"
#include "relay/plan/loans.h"
#include "runtime/workers.h"
#include "schemas/event.h"

namespace waybill::app {

// All outlive it. Any thread.
std::unique_ptr<relay::plan::Loans> remote_loans(ClusterParts parts, OwnJournal own,
                                                 runtime::Workers& workers, runtime::Clock& clock);

// Reads the tries of every partition, from where it was. One thread, which it blocks.
class RemoteTries {
 public:
  // Begins with the tries since `since`.
  RemoteTries(ClusterParts parts, std::uint32_t partitions, runtime::WallTime since);

  using Hear = std::function<void(const schemas::Event&)>;
  // What has come since the last time, of those partitions whose owners answer. True: there is more
  // to be had at once.
  bool read(const Hear& hear);

 private:
  struct Place {
    std::string owner;  // who was read so far
    projector::TriesPlace at;
  };
  runtime::HttpRequest request_to(const ingest::NodeState& owner, std::uint32_t partition,
                                  const Place& place) const;
  static bool take(const ingest::NodeState& owner,
                   const runtime::Result<runtime::HttpAnswer>& answer, const Hear& hear,
                   Place& place, bool& more);

  const ClusterParts parts_;
  projector::TriesPlace begin_;
  std::map<std::uint32_t, Place> places_;
};

}  // namespace waybill::app
