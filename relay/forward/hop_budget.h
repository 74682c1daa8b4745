// How many connections to next hops may be open at one time. A stranger decides how many recipients
// he names, and so how many next hops are asked at once; each connection is a descriptor of this
// process and a place at a server that counts its clients. One of each for the process.
#pragma once

#include "runtime/endpoint.h"
#include "runtime/keyed_permits.h"

namespace waybill::relay::forward {

// Of connections, in all and to one next hop. Idle ones count: they are open.
using HopBudget = runtime::KeyedPermits<runtime::Endpoint>;

// Of those at work for messages of one client (client_network.h), so that a client with many
// sessions, each with many recipients, leaves the others theirs.
using ClientBudget = runtime::KeyedPermits<runtime::IpAddress>;

}  // namespace waybill::relay::forward
