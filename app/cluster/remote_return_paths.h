// RemoteReturnPaths: return paths from the node that has the token's partition, over HTTP.
//
// An answer has all that was in the log when it was asked. What another relay has in its journal
// and not in the log yet may be missing: a delivery that began moments ago and is not known there
// is therefore out of reach, and not unknown.
#pragma once

#include <functional>
#include <memory>

#include "app/cluster/cluster_peers.h"
#include "relay/returnpath/directory.h"
#include "runtime/time.h"
#include "runtime/workers.h"

namespace waybill::app {

// The journal of the relay that asks, as sequence numbers: where it ends, and up to where the log
// has it. What this relay itself has on record is waited for before anybody is asked, so that the
// report that it has just taken is known. Any thread.
struct OwnJournal {
  std::function<std::uint64_t()> on_record;
  std::function<std::uint64_t()> in_log;
};

// All outlive it. Any thread.
std::unique_ptr<relay::returnpath::ReturnPathDirectory> remote_return_paths(
    ClusterParts parts, OwnJournal own, runtime::Workers& workers, runtime::Clock& clock);

}  // namespace waybill::app
