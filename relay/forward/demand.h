// Demand: what a message to a domain asks of one host before it goes there: the level that the
// operator set for the domain, and what DNS says of the host. Pure functions.
#pragma once

#include <string>

#include "relay/dns/next_hop.h"
#include "relay/forward/tls_level.h"

namespace waybill::relay::forward {

struct Demand {
  TlsLevel level = TlsLevel::none;
  runtime::Dane dane{};     // at level dane
  std::string never_why{};  // not empty: mail must not go there at all, and these words say why
};

// Whether TLSA records matter to what is done at that level. Not to `verified`: its operator has
// said whom he trusts.
bool asks_tlsa(TlsLevel level);

// RFC 7672 2.2, where the operator's level asks for TLSA records:
//   they could not be looked up   the host is not used: an attacker may keep them from us
//   some are usable               level dane
//   all are unusable              level required: TLS with whomever it is
//   there are none                the operator's level; at `dane` the host is not used
// With the operator's own `dane`, records that are all unusable are none.
Demand demand_of(TlsLevel level, const dns::Candidate& host);

}  // namespace waybill::relay::forward
