// fetch_policy: the policy file of a domain, over HTTPS (RFC 8461 3.3).
#pragma once

#include <string>

#include "relay/sts/policy.h"
#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/dns/resolver.h"
#include "runtime/failure.h"
#include "runtime/tls_engine.h"

namespace waybill::app {

// RFC 8461 3.3 suggests that bound.
inline constexpr std::size_t kMostPolicyOctets = 64 << 10;

struct StsFetchWorld {
  runtime::Clock& clock;
  runtime::dns::Resolver& resolver;
  runtime::Dialer& dialer;
  const runtime::TlsContext& trust;  // whom to trust; what is not trusted is not read
};

// https://mta-sts.DOMAIN/.well-known/mta-sts.txt, from a server whose certificate is trusted and
// bears that name. Redirects are failures, as is whatever is no policy; the words say which. What
// `world` refers to outlives the task.
runtime::Task<runtime::Explained<relay::sts::Policy>> fetch_policy(StsFetchWorld world,
                                                                   std::string domain,
                                                                   runtime::Instant deadline);

}  // namespace waybill::app
