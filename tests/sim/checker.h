// The oracle: holds what the sender saw and what the next hop took against the log and the views.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/sim/bridgehead.h"
#include "tests/sim/client.h"
#include "tests/sim/next_hop.h"
#include "tests/sim/node.h"

namespace waybill::tests {

// What everybody outside of the relay remembers.
struct Witnesses {
  std::vector<const SimClient*> clients;
  const SimNextHop& hop;
  const Bridgehead& bridgehead;
  const SimNextHop& home;
  const std::vector<runtime::WallTime>& ends;  // of the relay's lives
};

// Every promise that was broken, as a sentence; empty if none was.
std::vector<std::string> broken_promises(const Disks& disks, const Witnesses& seen);

// The names of all rules that refused or dropped a mail.
std::set<std::string> rules_on_record(const Disks& disks);

// The reply where the log did not take a verdict: nothing needs to be on record then.
bool says_unrecorded(const schemas::Reply& reply);

}  // namespace waybill::tests
