// The signatures of tokens that are checked here, by their words in `alg` (RFC 7518 3.1, RFC 8037
// 3.1, RFC 9864 2.2). Each goes with one kind of key. What is not among them is never checked:
// neither `none` nor the codes of a shared secret (HS256), for which anybody who can read a public
// key would have the secret.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/public_key.h"

namespace waybill::control {

enum class JwsAlgorithm {
  rs256,  // RSA with PKCS #1 v1.5 over SHA-256
  es256,  // ECDSA on P-256 over SHA-256
  eddsa,  // Ed25519
};

// "RS256", "ES256", "EdDSA" and its newer name "Ed25519", in this case alone. nullopt: another.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view word);
// The word that issuers write.
std::string_view word_of(JwsAlgorithm algorithm);

// The algorithm that a key of this type is for.
JwsAlgorithm algorithm_of(runtime::PublicKey::Type type);

}  // namespace waybill::control
