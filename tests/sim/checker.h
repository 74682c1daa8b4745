// The oracle: holds what the sender saw and what the next hop took against the log and the views.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/client.h"
#include "tests/sim/next_hop.h"
#include "tests/sim/node.h"

namespace waybill::tests {

// Every promise that was broken, as a sentence; empty if none was.
std::vector<std::string> broken_promises(const Disks& disks,
                                         const std::vector<const SimClient*>& clients,
                                         const SimNextHop& hop);

}  // namespace waybill::tests
