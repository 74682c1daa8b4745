// fetch_policy: the policy file of a domain, over HTTPS (RFC 8461 3.3).
#pragma once

#include <string>

#include "app/roles/https_exchange.h"
#include "relay/sts/policy.h"
#include "runtime/failure.h"

namespace waybill::app {

// RFC 8461 3.3 suggests that bound.
inline constexpr std::size_t kMostPolicyOctets = 64 << 10;

// https://mta-sts.DOMAIN/.well-known/mta-sts.txt, from a server whose certificate is trusted and
// bears that name. Redirects are failures, as is whatever is no policy; the words say which.
// Errc::refused: the certificate; invalid: what is there is no policy. What `world` refers to
// outlives the task.
runtime::Task<runtime::Explained<relay::sts::Policy>> fetch_policy(HttpsWorld world,
                                                                   std::string domain,
                                                                   runtime::Instant deadline);

}  // namespace waybill::app
