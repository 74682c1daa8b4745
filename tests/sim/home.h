// The home of the simulation: the MX of the senders' own domains, to which bounces go. By chance it
// takes, defers, refuses, hangs up, or takes and hangs up.
#pragma once

#include "tests/sim/next_hop.h"

namespace waybill::tests {

// Where it listens; what DNS says of the domains is in node.cc.
runtime::Endpoint sim_home();
HopMind mind_by_chance(SeededChance& chance);

}  // namespace waybill::tests
