// TlsOutcome: what came of TLS with one host, as the target's domain may be told of it (RFC 8460
// 4.3): which policy the session was held against, and what failed. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/dns/next_hop.h"
#include "relay/forward/tls_level.h"
#include "relay/sts/policy.h"
#include "relay/tlsrpt/session.h"
#include "runtime/tls_facts.h"

namespace waybill::relay::forward {

tlsrpt::ResultType result_of(runtime::TlsFault fault);

// A connection on which TLS was asked for, once that is decided.
struct TlsSeen {
  std::optional<runtime::TlsFacts> facts;
  std::optional<tlsrpt::ResultType> result;  // what failed, where something did
  std::string why;                           // in words
  std::string sending_ip;
};

// TLSA records that DNSSEC vouches for, where the level asks for them; else the policy (MTA-STS) of
// the domain, where the level does; else none was found. nullopt: the connection ended before the
// host could have spoken of TLS, which says nothing.
//
// A session that worked all the same is a failure where the policy is not kept: where it is in
// mode testing, where it could not be fetched, and where no TLSA record can be used.
std::optional<tlsrpt::Session> session_of(TlsLevel level, const std::string& domain,
                                          const dns::Candidate& host, const sts::Policy& policy,
                                          const TlsSeen& seen);

// The host that demand_of() says mail must never go to.
tlsrpt::Session unused(TlsLevel level, const std::string& domain, const dns::Candidate& host,
                       const sts::Policy& policy);

}  // namespace waybill::relay::forward
