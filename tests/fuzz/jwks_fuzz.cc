// Any octets as the key set of an issuer: read or refused, and each key that is read is one to be
// trusted with signatures.

#include <cstdint>
#include <string_view>

#include "control/jwt/jwks.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of few functions

namespace {

void key_keeps_its_promises(const control::VerificationKey& key) {
  using runtime::check;
  check(key.key != nullptr, "a usable key is there");
  check(key.algorithm == control::algorithm_of(key.key->type()), "a key has its one algorithm");
  if (key.algorithm == control::JwsAlgorithm::rs256) {
    check(key.key->bits() >= control::kLeastRsaBits, "an RSA key is long enough");
    check(key.key->bits() <= control::kMostRsaBits, "an RSA key is not too long");
    check(key.key->exponent_bits() > 1, "an RSA key's exponent is more than 1");
    check(key.key->exponent_bits() <= control::kMostExponentBits, "an exponent is not too long");
  } else {
    check(key.key->bits() == 256, "a curve is one of the two");
  }
  check(!key.key->has_signed_octets("text", "signature"), "not everything is a signature");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto keys = control::KeySet::parse(text);
  if (!keys) {
    runtime::check(!keys.error().why.empty(), "a refusal says why");
    return 0;
  }
  runtime::check(keys->usable() + keys->left_out().size() <= control::kMostKeys,
                 "a set has so many keys");
  for (const control::VerificationKey& key : keys->keys()) key_keeps_its_promises(key);
  for (const std::string& why : keys->left_out()) {
    runtime::check(why.starts_with("key ") && why.size() < 600, "a reason is a line");
    for (const char c : why) runtime::check(c >= ' ' || c < 0, "a reason is fit for a log");
  }
  return 0;
}
