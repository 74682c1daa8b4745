#include "control/jwt/jwks.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "control/jwt/refusal.h"
#include "runtime/base64url.h"
#include "runtime/ed25519_point.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::control {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::PublicKey;
using SharedKey = std::shared_ptr<const PublicKey>;

// What only a private or a symmetric key has (RFC 7518 6.2.2, 6.3.2, 6.4.1, RFC 8037 2).
constexpr std::string_view kSecretMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

// nullopt: it is missing, no text, or not base64url.
std::optional<std::string> octets_member(const json::object& jwk, std::string_view name) {
  const std::string_view text = schemas::text_member(jwk, name);
  auto octets = runtime::from_base64url(text);
  if (text.empty() || !octets) return std::nullopt;
  return std::move(*octets);
}

Explained<SharedKey> rsa_key(const json::object& jwk) {
  const auto modulus = octets_member(jwk, "n");
  const auto exponent = octets_member(jwk, "e");
  if (!modulus || !exponent) return refused("an RSA key has n and e in base64url");
  SharedKey key = PublicKey::rsa(*modulus, *exponent);
  if (key == nullptr) return refused("n and e are no RSA key");
  if (key->bits() < kLeastRsaBits) {
    return refused("RSA of " + std::to_string(key->bits()) + " bits, at least " +
                   std::to_string(kLeastRsaBits) + " are asked for");
  }
  if (key->bits() > kMostRsaBits) {
    return refused("RSA of " + std::to_string(key->bits()) + " bits, at most " +
                   std::to_string(kMostRsaBits) + " are taken");
  }
  if (key->exponent_bits() > kMostExponentBits) return refused("its exponent e is too long");
  return key;
}

// RFC 7518 6.2.1
Explained<SharedKey> ec_key(const json::object& jwk) {
  const std::string_view curve = schemas::text_member(jwk, "crv");
  if (curve != "P-256") return refused("of the curve " + quoted(curve) + ", not P-256");
  const auto x = octets_member(jwk, "x");
  const auto y = octets_member(jwk, "y");
  if (!x || !y) return refused("an EC key has x and y in base64url");
  SharedKey key = PublicKey::p256(*x, *y);
  if (key == nullptr) return refused("x and y are no point of P-256");
  return key;
}

// RFC 8037 2
Explained<SharedKey> okp_key(const json::object& jwk) {
  const std::string_view curve = schemas::text_member(jwk, "crv");
  if (curve != "Ed25519") return refused("of the curve " + quoted(curve) + ", not Ed25519");
  const auto x = octets_member(jwk, "x");
  if (!x) return refused("an OKP key has x in base64url");
  if (!runtime::is_ed25519_point(*x)) return refused("x is no point of Ed25519 to be trusted");
  return PublicKey::ed25519(*x);
}

Explained<SharedKey> public_key(const json::object& jwk) {
  const std::string_view type = schemas::text_member(jwk, "kty");
  if (type == "RSA") return rsa_key(jwk);
  if (type == "EC") return ec_key(jwk);
  if (type == "OKP") return okp_key(jwk);
  if (type == "oct") return refused("a shared secret, which is never used");
  return refused("of the type " + quoted(type) + ", which is not known here");
}

bool may_verify(const json::value& operations) {
  const json::array* const list = operations.if_array();
  return list != nullptr && std::any_of(list->begin(), list->end(), [](const json::value& word) {
           return word.is_string() && word.as_string() == "verify";
         });
}

// What a key says that it is for (RFC 7517 4.2 to 4.5); what it does not say restricts nothing.
Explained<void> for_signatures(const json::object& jwk) {
  if (jwk.contains("use") && schemas::text_member(jwk, "use") != "sig") {
    return refused("for the use " + quoted(schemas::text_member(jwk, "use")) + ", not sig");
  }
  const json::value* const operations = jwk.if_contains("key_ops");
  if (operations != nullptr && !may_verify(*operations)) {
    return refused("not for verify, says its key_ops");
  }
  const json::value* const kid = jwk.if_contains("kid");
  if (kid != nullptr && !kid->is_string()) return refused("its kid is no text");
  for (const std::string_view name : kSecretMembers) {
    if (jwk.contains(name)) {
      return refused("it holds a secret (" + std::string(name) +
                     "), which whoever reads the document now has: replace it");
    }
  }
  return {};
}

Explained<VerificationKey> read_key(const json::value& value) {
  const json::object* const jwk = value.if_object();
  if (jwk == nullptr) return refused("no JSON object");
  if (auto fits = for_signatures(*jwk); !fits) return fits.error();
  auto key = public_key(*jwk);
  if (!key) return key.error();

  VerificationKey out{std::nullopt, algorithm_of((*key)->type()), *key};
  // RFC 7517 4.4: an algorithm that is named is the only one.
  const std::string_view named = schemas::text_member(*jwk, "alg");
  if (jwk->contains("alg") && jws_algorithm(named) != out.algorithm) {
    return refused("for the algorithm " + quoted(named) + ", not " +
                   std::string(word_of(out.algorithm)));
  }
  if (jwk->contains("kid")) out.kid = std::string(schemas::text_member(*jwk, "kid"));
  return out;
}

std::string name_of(std::size_t number, const json::value& value) {
  std::string out = "key " + std::to_string(number);
  const json::object* const jwk = value.if_object();
  const std::string_view kid = jwk == nullptr ? "" : schemas::text_member(*jwk, "kid");
  return kid.empty() ? out : out + ", " + quoted(kid);
}

}  // namespace

Explained<KeySet> KeySet::parse(std::string_view text) {
  if (text.size() > kLongestKeySet) {
    return Failure{Errc::limit_exceeded, "the key set has " + std::to_string(text.size()) +
                                             " octets, more than " +
                                             std::to_string(kLongestKeySet)};
  }
  const auto document = schemas::parse_strict_json(text);
  if (!document) return refused(document.error().why).in("the key set is no JSON");
  const json::object* const object = document->if_object();
  const json::array* const keys =
      object == nullptr ? nullptr : schemas::array_member(*object, "keys");
  if (keys == nullptr) {
    return refused("the key set is no JSON object with a list named keys");
  }
  if (keys->size() > kMostKeys) {
    return Failure{Errc::limit_exceeded, "the key set has " + std::to_string(keys->size()) +
                                             " keys, more than " + std::to_string(kMostKeys)};
  }

  KeySet out;
  std::size_t number = 0;
  for (const json::value& value : *keys) {
    ++number;
    auto key = read_key(value);
    if (key) {
      out.keys_.push_back(std::move(*key));
    } else {
      out.left_out_.push_back(key.error().in(name_of(number, value)).why);
    }
  }
  return out;
}

}  // namespace waybill::control
