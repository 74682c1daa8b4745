// Whether a bearer token is one that an issuer gave, for us, and for now: a signed JWT (RFC 7519
// 7.2) as OpenID Connect and RFC 9068 have it.
//
// Promises: claims are given only of a token that is signed by one of the issuer's keys with an
// algorithm that the rules allow (RFC 8725 3.1), names the issuer and the audience of the rules
// octet for octet, and is in its time. Every other token is refused with words for a log and for an
// operator, which hold neither the token nor its signature; whoever sent the token needs no more
// than that it was refused.
// The caller owes: keys that are the issuer's own, fetched again on Errc::not_found at a rate of
// its own; a clock that is right within the leeway. Replay is no concern here: a bearer token may
// be shown as often as its time allows.
// Pure functions, no clock: any thread. Limits: JwtRules::longest, kMostTries (jws.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "control/jwt/claims.h"
#include "control/jwt/jwks.h"
#include "control/jwt/jws_algorithm.h"
#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::control {

// Octets of a token. Issuers that put a person's groups in it write 8 KiB, and HTTP servers take no
// longer header field than some 16 KiB.
inline constexpr std::size_t kLongestToken = 16 * 1024;
// Between our clock and the issuer's (RFC 7519 4.1.4: "usually no more than a few minutes").
inline constexpr std::chrono::seconds kLeeway{60};

struct JwtRules {
  // Neither is empty: rules that name none refuse every token.
  std::string issuer;
  std::string audience;
  std::vector<JwsAlgorithm> allowed{JwsAlgorithm::rs256, JwsAlgorithm::es256, JwsAlgorithm::eddsa};
  std::chrono::seconds leeway = kLeeway;
  std::size_t longest = kLongestToken;
};

// Errc::not_found: see check_signature() in jws.h; it is given only for a token that names the
// issuer. Errc::limit_exceeded: the token is too long. Errc::invalid: it is refused otherwise.
runtime::Explained<JwtClaims> verify_jwt(std::string_view token, const KeySet& keys,
                                         const JwtRules& rules, runtime::WallTime now);

}  // namespace waybill::control
