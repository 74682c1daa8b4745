// The simulated world as it is configured: the domains of the relay, the zone, and what stands
// behind each alias. The same in every life.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "relay/returnpath/key_ring.h"
#include "relay/routes/route_table.h"
#include "runtime/endpoint.h"

namespace waybill::tests {

// A domain of ours without aliases, and the owner of the alias "bounce-owned".
inline constexpr const char* kOtherDomain = "other.test";
inline constexpr const char* kKeeper = "keeper@keeper.test";

// As a file would have it.
const relay::returnpath::KeyRing& sim_keys();

std::shared_ptr<const relay::routes::RouteTable> sim_table();

// A zone file (tests/support/zone_resolver.h).
extern const char* const kSimZone;

// Every alias of the simulated domain, whose name says what becomes of its mail; those that are
// common several times.
std::vector<std::string> sim_aliases();

// The mailboxes behind each alias that forwards, as the next hop hears of them.
const std::map<std::string, std::vector<std::string>>& sim_targets();

runtime::Endpoint sim_hop();

}  // namespace waybill::tests
