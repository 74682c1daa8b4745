// Demand: what a message to a domain asks of one host before it goes there: the level that the
// operator set for the domain, what DNS says of the host, and what the domain's policy does
// (MTA-STS, RFC 8461). Pure functions.
#pragma once

#include <string>

#include "relay/dns/next_hop.h"
#include "relay/forward/tls_level.h"
#include "relay/sts/policy.h"
#include "runtime/tls_facts.h"

namespace waybill::relay::forward {

struct Demand {
  TlsLevel level = TlsLevel::none;
  runtime::Dane dane{};        // at level dane
  std::string never_why{};     // not empty: mail must not go there at all, and these words say why
  bool never_changes = false;  // that will be so tomorrow
};

// Whether TLSA records matter to what is done at that level. Not to `verified`: its operator has
// said whom he trusts.
bool asks_tlsa(TlsLevel level);
// Nor does the domain's policy to `none` and to `dane`, which is above it.
bool asks_policy(TlsLevel level);

// RFC 7672 2.2, where the operator's level asks for TLSA records:
//   they could not be looked up   the host is not used: an attacker may keep them from us
//   some are usable               level dane
//   all are unusable              level required: TLS with whomever it is
//   there are none                the operator's level; at `dane` the host is not used
// With the operator's own `dane`, records that are all unusable are none.
//
// A policy in force, mode enforce: a host that it does not name is not used, and level verified is
// asked of those that it names. Secure TLSA records are above it, be they usable or not (RFC 8461
// 2).
Demand demand_of(TlsLevel level, const dns::Candidate& host, const sts::Policy& policy = {});

// Whether more than unsigned DNS says that the host is the domain's: whoever can change that has a
// certificate of the name that he put there.
bool is_surely_named(const dns::Candidate& host, const sts::Policy& policy);

// The demand of a message whose sender asks for TLS on the whole way (RFC 8689 4.2.1): a host whose
// name signed DNS or the domain's policy vouches for, by DANE or at level verified; no other.
Demand with_require_tls(Demand demand, const dns::Candidate& host, const sts::Policy& policy);

// What mode enforce would have kept mail from, where the policy is in mode testing: why the host is
// not one of its, by name or by `tls`, how the connection to it is protected. Empty: nothing.
std::string missed_by(TlsLevel level, const dns::Candidate& host, const sts::Policy& policy,
                      const std::optional<runtime::TlsFacts>& tls);

}  // namespace waybill::relay::forward
