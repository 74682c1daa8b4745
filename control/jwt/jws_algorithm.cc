#include "control/jwt/jws_algorithm.h"

namespace waybill::control {
namespace {

struct Word {
  std::string_view word;
  JwsAlgorithm algorithm;
};

// The first word of an algorithm is the one that is written.
constexpr Word kWords[] = {
    {"RS256", JwsAlgorithm::rs256},
    {"ES256", JwsAlgorithm::es256},
    {"EdDSA", JwsAlgorithm::eddsa},
    {"Ed25519", JwsAlgorithm::eddsa},
};

}  // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view word) {
  for (const Word& known : kWords) {
    if (known.word == word) return known.algorithm;
  }
  return std::nullopt;
}

std::string_view word_of(JwsAlgorithm algorithm) {
  for (const Word& known : kWords) {
    if (known.algorithm == algorithm) return known.word;
  }
  return {};
}

JwsAlgorithm algorithm_of(runtime::PublicKey::Type type) {
  switch (type) {
    case runtime::PublicKey::Type::rsa: return JwsAlgorithm::rs256;
    case runtime::PublicKey::Type::p256: return JwsAlgorithm::es256;
    case runtime::PublicKey::Type::ed25519: break;
  }
  return JwsAlgorithm::eddsa;
}

}  // namespace waybill::control
