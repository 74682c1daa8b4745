#include "control/jwt/jwks.h"

#include <gtest/gtest.h>

#include "runtime/base64url.h"
#include "runtime/hex.h"
#include "tests/support/jwt_signer.h"

namespace waybill::control {
namespace {

using runtime::Errc;
using tests::jwks;
using tests::JwtSigner;

std::string member(std::string_view name, std::string_view octets) {
  return ",\"" + std::string(name) + "\":\"" + runtime::to_base64url(octets) + '"';
}

// Odd, of that many bits; whether it is a product of primes concerns its owner.
std::string modulus(std::size_t bits) {
  std::string out((bits + 7) / 8, '\x55');
  out.front() = static_cast<char>(1 << ((bits - 1) % 8));
  return out;
}

std::string rsa_of(std::size_t bits, const std::string& exponent = {1, 0, 1}) {
  return R"({"kty":"RSA","kid":"r")" + member("n", modulus(bits)) + member("e", exponent) + "}";
}

std::string okp_of(std::string_view hex) {
  return R"({"kty":"OKP","crv":"Ed25519")" + member("x", *runtime::unhex(hex)) + "}";
}

TEST(KeySet, HasTheKeysOfTheDocumentInItsOrder) {
  const auto rsa = JwtSigner::rsa();
  const auto p256 = JwtSigner::p256();
  const auto ed25519 = JwtSigner::ed25519();
  const auto keys =
      KeySet::parse(R"({"more":{"than":"keys"},"keys":[)" +
                    rsa.jwk("one", R"(,"use":"sig","alg":"RS256","x5t":"abc","x5c":["MII="])") +
                    ',' + p256.jwk("two", R"(,"key_ops":["sign","verify"],"alg":"ES256")") + ",{" +
                    ed25519.members() + "}," + ed25519.jwk("", R"(,"alg":"Ed25519")") + "]}");
  ASSERT_TRUE(keys) << keys.error().why;
  EXPECT_EQ(keys->left_out(), std::vector<std::string>());
  ASSERT_EQ(keys->usable(), 4u);
  EXPECT_EQ(keys->keys()[0].kid, "one");
  EXPECT_EQ(keys->keys()[0].algorithm, JwsAlgorithm::rs256);
  EXPECT_EQ(keys->keys()[0].key->bits(), 2048u);
  EXPECT_EQ(keys->keys()[1].kid, "two");
  EXPECT_EQ(keys->keys()[1].algorithm, JwsAlgorithm::es256);
  EXPECT_EQ(keys->keys()[2].kid, std::nullopt);
  EXPECT_EQ(keys->keys()[2].algorithm, JwsAlgorithm::eddsa);
  EXPECT_EQ(keys->keys()[3].kid, "");
  EXPECT_TRUE(keys->keys()[0].key->has_signed_octets("text", rsa.sign("text")));
  EXPECT_TRUE(keys->keys()[1].key->has_signed_octets("text", p256.sign("text")));
  EXPECT_TRUE(keys->keys()[2].key->has_signed_octets("text", ed25519.sign("text")));
}

TEST(KeySet, KeepsSeveralKeysOfOneKid) {
  const auto first = JwtSigner::ed25519();
  const auto second = JwtSigner::ed25519();
  const auto third = JwtSigner::p256();
  const auto keys = KeySet::parse(jwks({first.jwk("k"), second.jwk("k"), third.jwk("k")}));
  EXPECT_EQ(keys->usable(), 3u);
}

struct LeftOut {
  std::string key;
  std::string why;
};

// Each stands between two good keys, which are used.
void expect_left_out(const std::vector<LeftOut>& cases) {
  const auto good = JwtSigner::ed25519();
  for (const LeftOut& row : cases) {
    const auto keys = KeySet::parse(jwks({good.jwk("a"), row.key, good.jwk("b")}));
    ASSERT_TRUE(keys) << row.key << keys.error().why;
    EXPECT_EQ(keys->usable(), 2u) << row.key;
    ASSERT_EQ(keys->left_out().size(), 1u) << row.key;
    const std::string& why = keys->left_out().front();
    EXPECT_TRUE(why.starts_with("key 2")) << why;
    EXPECT_NE(why.find(row.why), std::string::npos) << why;
  }
}

TEST(KeySet, LeavesOutWhatIsNoKeyForSignatures) {
  const auto rsa = JwtSigner::rsa();
  const auto p256 = JwtSigner::p256();
  const auto ed25519 = JwtSigner::ed25519();
  expect_left_out({
      {"7", "no JSON object"},
      {"[]", "no JSON object"},
      {"{}", "of the type \"\""},
      {R"({"kty":7})", "of the type \"\""},
      {R"({"kty":"rsa"})", "of the type \"rsa\""},
      {R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AA"})", "of the type \"AKP\""},
      {R"({"kty":"oct"})", "a shared secret"},
      {R"({"kty":"oct","k":"c2VjcmV0"})", "it holds a secret (k)"},
      {rsa.jwk("r", R"(,"use":"enc")"), "\"r\": for the use \"enc\""},
      {rsa.jwk("r", R"(,"use":7)"), "for the use \"\""},
      {rsa.jwk("r", R"(,"use":"SIG")"), "for the use \"SIG\""},
      {rsa.jwk("r", R"(,"key_ops":["sign"])"), "key_ops"},
      {rsa.jwk("r", R"(,"key_ops":[])"), "key_ops"},
      {rsa.jwk("r", R"(,"key_ops":"verify")"), "key_ops"},
      {rsa.jwk("r", R"(,"alg":"RS512")"), "for the algorithm \"RS512\", not RS256"},
      {rsa.jwk("r", R"(,"alg":"RSA-OAEP")"), "for the algorithm \"RSA-OAEP\""},
      {rsa.jwk("r", R"(,"alg":"ES256")"), "for the algorithm \"ES256\", not RS256"},
      {rsa.jwk("r", R"(,"alg":7)"), "for the algorithm \"\""},
      {"{" + rsa.members() + R"(,"kid":7})", "kid is no text"},
      {rsa.jwk("r", R"(,"d":"AQ")"), "it holds a secret (d)"},
      {rsa.jwk("r", R"(,"p":"AQ")"), "it holds a secret (p)"},
      {rsa.jwk("r", R"(,"dq":"AQ")"), "it holds a secret (dq)"},
      {p256.jwk("p", R"(,"d":"AQ")"), "it holds a secret (d)"},
      {ed25519.jwk("e", R"(,"d":null)"), "it holds a secret (d)"},
  });
}

TEST(KeySet, LeavesOutWeakAndBrokenRsaKeys) {
  const auto short_key = JwtSigner::rsa(1024);
  const std::string n = member("n", modulus(2048));
  expect_left_out({
      {short_key.jwk("old"), "\"old\": RSA of 1024 bits, at least 2048"},
      {rsa_of(2047), "RSA of 2047 bits, at least 2048"},
      {rsa_of(8193), "RSA of 8193 bits, at most 8192"},
      {rsa_of(2048, std::string(9, '\x01')), "exponent e is too long"},
      {R"({"kty":"RSA","e":"AQAB"})", "n and e in base64url"},
      {R"({"kty":"RSA")" + n + "}", "n and e in base64url"},
      {R"({"kty":"RSA","e":65537)" + n + "}", "n and e in base64url"},
      {R"({"kty":"RSA","e":"AQAB=")" + n + "}", "n and e in base64url"},
      {R"({"kty":"RSA","e":"AQ")" + n + "}", "no RSA key"},
      {R"({"kty":"RSA","e":"AA")" + n + "}", "no RSA key"},
      {R"({"kty":"RSA","e":"Ag")" + n + "}", "no RSA key"},
      {R"({"kty":"RSA","e":"AQAB")" + member("n", modulus(2048) + '\x02') + "}", "no RSA key"},
      {R"({"kty":"RSA","e":"AQAB")" + member("n", std::string(256, '\0')) + "}", "no RSA key"},
  });
  for (const std::size_t bits : {2048, 8192}) {
    EXPECT_EQ(KeySet::parse(jwks({rsa_of(bits)}))->usable(), 1u) << bits;
  }
  // An octet of zeros in front, as some libraries write it (RFC 7518 6.3.1.1).
  const auto padded =
      KeySet::parse(jwks({R"({"kty":"RSA","e":"AQAB")" + member("n", '\0' + modulus(2048)) + "}"}));
  ASSERT_EQ(padded->usable(), 1u);
  EXPECT_EQ(padded->keys()[0].key->bits(), 2048u);
}

TEST(KeySet, LeavesOutWhatIsNoPointOfItsCurve) {
  const auto p256 = JwtSigner::p256();
  const std::string x = p256.number("x");
  const std::string y = p256.number("y");
  const std::string ec = R"({"kty":"EC","crv":"P-256")";
  expect_left_out({
      {R"({"kty":"EC")" + member("x", x) + member("y", y) + "}", "of the curve \"\", not P-256"},
      {R"({"kty":"EC","crv":"P-384")" + member("x", x) + member("y", y) + "}", "curve \"P-384\""},
      {R"({"kty":"EC","crv":"secp256k1")" + member("x", x) + member("y", y) + "}", "secp256k1"},
      {R"({"kty":"EC","crv":"Ed25519")" + member("x", x) + "}", "curve \"Ed25519\", not P-256"},
      {ec + member("x", x) + "}", "x and y in base64url"},
      {ec + member("x", y) + member("y", x) + "}", "no point of P-256"},
      {ec + member("x", x) + member("y", x) + "}", "no point of P-256"},
      {ec + member("x", std::string(32, '\0')) + member("y", std::string(32, '\0')) + "}",
       "no point of P-256"},
      {ec + member("x", '\0' + x) + member("y", y) + "}", "no point of P-256"},
      {ec + member("x", x.substr(1)) + member("y", y) + "}", "no point of P-256"},
      {R"({"kty":"OKP","crv":"X25519")" + member("x", x) + "}", "of the curve \"X25519\""},
      {R"({"kty":"OKP","crv":"Ed448")" + member("x", x) + "}", "of the curve \"Ed448\""},
      {R"({"kty":"OKP","crv":"Ed25519"})", "x in base64url"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"AAA="})", "x in base64url"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})", "no point of Ed25519"},
      // Of no x; of order 1, 4 and 8; 0 and 1 written as p and p + 1.
      {okp_of("0200000000000000000000000000000000000000000000000000000000000000"), "no point"},
      {okp_of("0100000000000000000000000000000000000000000000000000000000000000"), "no point"},
      {okp_of("0000000000000000000000000000000000000000000000000000000000000000"), "no point"},
      {okp_of("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "no point"},
      {okp_of("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), "no point"},
      {okp_of("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), "no point"},
  });
}

TEST(KeySet, IsNotReadFromOtherText) {
  const auto good = JwtSigner::ed25519();
  const LeftOut cases[] = {
      {"", "no JSON"},
      {"<html>", "no JSON"},
      {"[]", "no JSON object with a list named keys"},
      {"{}", "a list named keys"},
      {R"({"keys":{}})", "a list named keys"},
      {R"({"keys":null})", "a list named keys"},
      {jwks({good.jwk("a")}) + "x", "no JSON"},
      {jwks({good.jwk("a", R"(,"kid":"b")")}), R"("kid" comes twice)"},
      {R"({"keys":[],"keys":[]})", R"("keys" comes twice)"},
      {jwks({good.jwk("\xff")}), "no JSON"},
      {R"({"keys":)" + std::string(50, '[') + std::string(50, ']') + "}", "no JSON"},
  };
  for (const LeftOut& row : cases) {
    const auto keys = KeySet::parse(row.key);
    ASSERT_FALSE(keys) << row.key;
    EXPECT_EQ(keys.error().code, Errc::invalid);
    EXPECT_NE(keys.error().why.find(row.why), std::string::npos) << keys.error().why;
  }
  EXPECT_EQ(KeySet::parse(jwks({}))->usable(), 0u);
}

TEST(KeySet, HasALimitOfOctetsAndOfKeys) {
  const std::string key = JwtSigner::ed25519().jwk("k");
  const auto most = KeySet::parse(jwks(std::vector<std::string>(kMostKeys, key)));
  ASSERT_TRUE(most);
  EXPECT_EQ(most->usable(), kMostKeys);
  const auto more = KeySet::parse(jwks(std::vector<std::string>(kMostKeys + 1, key)));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::limit_exceeded);
  EXPECT_EQ(KeySet::parse(jwks(std::vector<std::string>(kMostKeys + 1, "{}"))).error().code,
            Errc::limit_exceeded);

  std::string text = jwks({key});
  text.append(kLongestKeySet - text.size(), ' ');
  EXPECT_TRUE(KeySet::parse(text));
  text += ' ';
  const auto longer = KeySet::parse(text);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Errc::limit_exceeded);
}

TEST(KeySet, KeepsALogCleanOfItsWords) {
  const auto keys = KeySet::parse(jwks({R"({"kty":"a\nb\u001b[31m)" + std::string(500, 'c') +
                                        R"(","kid":"\u0007)" + std::string(500, 'd') + R"("})"}));
  const std::string& why = keys->left_out().front();
  EXPECT_EQ(why.find_first_of("\n\x1b\x07"), std::string::npos) << why;
  EXPECT_LT(why.size(), 400u);
}

}  // namespace
}  // namespace waybill::control
