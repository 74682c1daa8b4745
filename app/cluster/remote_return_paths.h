// RemoteReturnPaths: return paths from the node that has the token's partition, over HTTP.
//
// An answer has all that was in the log when it was asked. What another relay has in its journal
// and not in the log yet may be missing: a delivery that began moments ago and is not known there
// is therefore out of reach, and not unknown.
#pragma once

#include <memory>

#include "app/cluster/cluster_peers.h"
#include "relay/returnpath/directory.h"
#include "runtime/clock.h"
#include "runtime/workers.h"

namespace waybill::app {

// All outlive it. Any thread.
std::unique_ptr<relay::returnpath::ReturnPathDirectory> remote_return_paths(
    ClusterParts parts, runtime::Workers& workers, runtime::Clock& clock);

// What the node answered. Errc::corrupt: that is no return path.
runtime::Result<relay::returnpath::ReturnPath> parse_return_path(const std::string& body);

}  // namespace waybill::app
