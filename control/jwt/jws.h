// A signed token in its compact form, "header.payload.signature" (RFC 7515 7.1), and whether an
// issuer's key has signed it. What the payload says is read elsewhere (claims.h).
//
// Promises: nothing in the header decides whom to trust. `alg` must be allowed and be that of the
// key (RFC 8725 3.1); `kid` chooses among the issuer's keys; keys that the header brings or points
// to (jwk, jku, x5c, x5u) are not looked at. A header that asks for what is not done here (crit,
// b64: RFC 7515 4.1.11, RFC 7797) is refused. Words of a refusal never hold the signature.
// The caller owes: a token of bounded length; both functions take time in proportion to it.
// Pure, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/jwt/jwks.h"
#include "control/jwt/jws_algorithm.h"
#include "runtime/failure.h"

namespace waybill::control {

// Keys that one token is held against: a token without a kid costs so many checks, of 25 us to 300
// us each, whoever sends it.
inline constexpr std::size_t kMostTries = 16;

struct CompactJws {
  JwsAlgorithm algorithm = JwsAlgorithm::rs256;
  std::optional<std::string> kid;
  std::optional<std::string> typ;
  std::string payload;             // octets
  std::string signature;           // octets
  std::string_view signing_input;  // of the token: the header, the dot and the payload
};

// Points into the token, which outlives what is given. Errc::invalid.
runtime::Explained<CompactJws> parse_jws(std::string_view token,
                                         const std::vector<JwsAlgorithm>& allowed);

// Errc::not_found: the issuer may have newer keys than these, so they are worth fetching again, at
// a rate that the senders of tokens cannot choose: the set has no key of the token's kid, or the
// token names no kid and no key has signed it. Errc::invalid: the key is known and has not signed
// this.
runtime::Explained<void> check_signature(const CompactJws& jws, const KeySet& keys);

}  // namespace waybill::control
