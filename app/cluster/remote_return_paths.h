// RemoteReturnPaths: return paths from a node that has the token's partition, over HTTP: from the
// next one where the first does not answer.
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
#include "schemas/ordinal.h"

namespace waybill::app {

// The journal of the relay that asks: where it ends, and up to where the log has it. Before anybody
// is asked, the log must have what this relay itself has on record, so that the report that it has
// just taken is known. Any thread.
struct OwnJournal {
  std::function<schemas::SequenceNumber()> on_record;
  std::function<schemas::SequenceNumber()> in_log;
  // What is on record now is waited for, and lingers no longer.
  std::function<void()> hurry;
};

// All outlive it. Any thread.
std::unique_ptr<relay::returnpath::ReturnPathDirectory> remote_return_paths(
    ClusterParts parts, OwnJournal own, runtime::Workers& workers, runtime::Clock& clock);

}  // namespace waybill::app
