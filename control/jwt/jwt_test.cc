#include "control/jwt/jwt.h"

#include <gtest/gtest.h>

#include <map>

#include "control/jwt/jws.h"
#include "control/jwt/refusal.h"
#include "runtime/base64url.h"
#include "runtime/crypto.h"
#include "tests/support/jwt_signer.h"

namespace waybill::control {
namespace {

using runtime::Errc;
using runtime::to_base64url;
using runtime::WallTime;
using tests::JwtSigner;

// 2027-01-15T08:00:00Z
constexpr std::int64_t kNowSeconds = 1'800'000'000;
const WallTime kNow{std::chrono::seconds(kNowSeconds)};

// An issuer with a key of each kind, and keys of somebody else.
struct Issuer {
  JwtSigner rsa = JwtSigner::rsa();
  JwtSigner p256 = JwtSigner::p256();
  JwtSigner ed25519 = JwtSigner::ed25519();
  JwtSigner other_ed25519 = JwtSigner::ed25519();
  JwtSigner stranger = JwtSigner::ed25519();
  JwtSigner strange_rsa = JwtSigner::rsa();
  KeySet keys = *KeySet::parse(tests::jwks(
      {rsa.jwk("rsa"), p256.jwk("p256"), ed25519.jwk("ed25519"), other_ed25519.jwk("other")}));
};

const Issuer& issuer() {
  static const Issuer made;
  return made;
}

JwtRules usual_rules() {
  JwtRules rules;
  rules.issuer = "https://issuer.test/realm";
  rules.audience = "waybill";
  return rules;
}

// Name -> its value in JSON; an empty one leaves the claim out.
using Changes = std::map<std::string, std::string>;

std::string claims_of(const Changes& changes = {}) {
  Changes all{{"iss", R"("https://issuer.test/realm")"},
              {"sub", R"("u-1")"},
              {"aud", R"("waybill")"},
              {"exp", std::to_string(kNowSeconds + 300)},
              {"iat", std::to_string(kNowSeconds - 10)}};
  for (const auto& [name, value] : changes) all[name] = value;
  std::string out = "{";
  for (const auto& [name, value] : all) {
    if (value.empty()) continue;
    out += (out == "{" ? "\"" : ",\"") + name + "\":" + value;
  }
  return out + "}";
}

std::string header_of(const JwtSigner& signer, std::string_view kid, std::string_view more = "") {
  return R"({"alg":")" + signer.algorithm() + R"(","kid":")" + std::string(kid) + '"' +
         std::string(more) + "}";
}

// By the issuer's Ed25519 key.
std::string token_of(const Changes& changes = {}, std::string_view more_header = "") {
  return issuer().ed25519.token(header_of(issuer().ed25519, "ed25519", more_header),
                                claims_of(changes));
}

runtime::Explained<JwtClaims> verified(std::string_view token, WallTime now = kNow,
                                       const JwtRules& rules = usual_rules()) {
  return verify_jwt(token, issuer().keys, rules, now);
}

void expect_refused(const std::string& token, std::string_view why, Errc code = Errc::invalid,
                    const JwtRules& rules = usual_rules()) {
  const auto claims = verified(token, kNow, rules);
  ASSERT_FALSE(claims) << why << ": " << token;
  EXPECT_EQ(claims.error().code, code) << claims.error().why;
  EXPECT_NE(claims.error().why.find(why), std::string::npos) << claims.error().why;
  // A signature in a log would be a credential in a log.
  const std::string signature = token.substr(token.rfind('.') + 1);
  if (signature.size() > 20) {
    EXPECT_EQ(claims.error().why.find(signature.substr(0, 20)), std::string::npos);
  }
}

TEST(Jwt, OfEachAlgorithmIsTaken) {
  const std::pair<const JwtSigner*, const char*> signers[] = {{&issuer().rsa, "rsa"},
                                                              {&issuer().p256, "p256"},
                                                              {&issuer().ed25519, "ed25519"},
                                                              {&issuer().other_ed25519, "other"}};
  for (const auto& [signer, kid] : signers) {
    const auto claims = verified(signer->token(header_of(*signer, kid), claims_of()));
    ASSERT_TRUE(claims) << claims.error().why;
    EXPECT_EQ(claims->subject(), "u-1");
    EXPECT_EQ(claims->issuer(), "https://issuer.test/realm");
    EXPECT_EQ(claims->expires(), kNow + std::chrono::seconds(300));
    // Without a kid every key that fits is tried.
    EXPECT_TRUE(
        verified(signer->token(R"({"alg":")" + signer->algorithm() + R"("})", claims_of())));
  }
  EXPECT_TRUE(verified(
      issuer().ed25519.token(R"({"alg":"Ed25519","kid":"ed25519","typ":"JWT"})", claims_of())));
}

TEST(Jwt, IsOfATypeForBearers) {
  for (const char* const typ :
       {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "APPLICATION/jwt"}) {
    EXPECT_TRUE(verified(token_of({}, R"(,"typ":")" + std::string(typ) + '"'))) << typ;
  }
  for (const char* const typ : {"", "JOSE", "dpop+jwt", "logout+jwt", "secevent+jwt", "JWT ",
                                "application/", "application/application/jwt", "text/jwt"}) {
    expect_refused(token_of({}, R"(,"typ":")" + std::string(typ) + '"'), "of the type");
  }
}

TEST(Jwt, GivesWhatItClaims) {
  const auto claims = verified(
      token_of({{"scope", R"("mail:read mail:write")"}, {"realm", R"({"roles":["a","b"]})"}}));
  ASSERT_TRUE(claims);
  EXPECT_EQ(texts_at(*claims, "scope"), (std::vector<std::string>{"mail:read", "mail:write"}));
  EXPECT_EQ(texts_at(*claims, "realm.roles"), (std::vector<std::string>{"a", "b"}));
}

std::string unsigned_input(std::string_view header, std::string_view claims) {
  return to_base64url(header) + '.' + to_base64url(claims);
}

TEST(Jwt, IsNotTakenWithoutASignatureOfTheIssuers) {
  for (const char* const alg : {"none", "None", "nOnE"}) {
    const std::string input =
        unsigned_input(R"({"alg":")" + std::string(alg) + R"("})", claims_of());
    expect_refused(input + ".", "not allowed");
    expect_refused(input + ".AA", "not allowed");
  }
  // The public key, which everybody has, as the secret of an HMAC.
  for (const std::string& secret :
       {issuer().rsa.pem(), issuer().rsa.jwk("rsa"), issuer().rsa.number("n")}) {
    const std::string input = unsigned_input(R"({"alg":"HS256","kid":"rsa"})", claims_of());
    const auto code = runtime::hmac_sha256(secret, input);
    expect_refused(
        input + '.' + to_base64url({reinterpret_cast<const char*>(code.data()), code.size()}),
        "not allowed");
  }
  // Keys that the token brings or points to.
  const JwtSigner& stranger = issuer().stranger;
  const std::string brought = R"(,"jwk":)" + stranger.jwk("ed25519") +
                              R"(,"jku":"https://evil.test/jwks","x5u":"https://evil.test/x5")" +
                              R"(,"x5c":["MII="])";
  expect_refused(stranger.token(header_of(stranger, "ed25519", brought), claims_of()),
                 "has not signed it");
  expect_refused(stranger.token(R"({"alg":"EdDSA")" + brought + "}", claims_of()),
                 "none of the issuer's 4 usable keys has signed", Errc::not_found);
  // What is the issuer's own is taken with them, for nobody looks at them.
  EXPECT_TRUE(verified(token_of({}, brought)));
}

TEST(Jwt, IsHeldAgainstAKeyOfItsAlgorithmAlone) {
  const Issuer& all = issuer();
  const std::pair<const JwtSigner*, const char*> pairs[] = {
      {&all.rsa, "p256"}, {&all.rsa, "ed25519"}, {&all.p256, "rsa"}, {&all.ed25519, "p256"}};
  for (const auto& [signer, kid] : pairs) {
    expect_refused(signer->token(header_of(*signer, kid), claims_of()),
                   "\"" + std::string(kid) + "\" is not for its algorithm");
  }
  // The right key's signature under another algorithm's word.
  expect_refused(all.ed25519.token(R"({"alg":"ES256","kid":"ed25519"})", claims_of()),
                 "is not for its algorithm ES256");
  expect_refused(all.p256.token(R"({"alg":"RS256"})", claims_of()),
                 "none of the issuer's 4 usable keys has signed", Errc::not_found);
  // Another key of the issuer's, of the same kind.
  expect_refused(all.ed25519.token(header_of(all.ed25519, "other"), claims_of()),
                 "\"other\" has not signed it");
  expect_refused(all.strange_rsa.token(header_of(all.strange_rsa, "rsa"), claims_of()),
                 "\"rsa\" has not signed it");
}

TEST(Jwt, SaysWhenTheKeysAreWorthFetchingAgain) {
  const Issuer& all = issuer();
  expect_refused(all.ed25519.token(header_of(all.ed25519, "new"), claims_of()),
                 "key \"new\" is not among the issuer's 4 usable keys", Errc::not_found);
  for (const char* const kid : {"", "ED25519", "ed25519 ", "ed25519\\u0000"}) {
    expect_refused(all.ed25519.token(header_of(all.ed25519, kid), claims_of()), "is not among",
                   Errc::not_found);
  }
  expect_refused(all.stranger.token(R"({"alg":"EdDSA"})", claims_of()), "has signed the token",
                 Errc::not_found);
  const auto only_p256 = *KeySet::parse(tests::jwks({all.p256.jwk("p256")}));
  const auto none_fits =
      verify_jwt(all.rsa.token(R"({"alg":"RS256"})", claims_of()), only_p256, usual_rules(), kNow);
  ASSERT_FALSE(none_fits);
  EXPECT_EQ(none_fits.error().code, Errc::not_found);
  EXPECT_EQ(none_fits.error().why,
            "none of the issuer's 1 usable key is for the token's algorithm RS256");
  EXPECT_EQ(
      verify_jwt(token_of(), *KeySet::parse(tests::jwks({})), usual_rules(), kNow).error().code,
      Errc::not_found);
  // Nothing is worth fetching for another issuer's token.
  expect_refused(all.stranger.token(header_of(all.stranger, "new"),
                                    claims_of({{"iss", R"("https://other.test")"}})),
                 "is of the issuer \"https://other.test\", and \"https://issuer.test/realm\" is "
                 "asked for");
}

TEST(Jwt, IsTriedWithSoManyKeys) {
  std::vector<JwtSigner> signers;
  std::vector<std::string> same_kid;
  std::vector<std::string> own_kids;
  for (std::size_t i = 0; i < kMostTries + 1; ++i) {
    signers.push_back(JwtSigner::ed25519());
    same_kid.push_back(signers.back().jwk("k"));
    own_kids.push_back(signers.back().jwk("k" + std::to_string(i)));
  }
  const auto same = *KeySet::parse(tests::jwks(same_kid));
  const auto own = *KeySet::parse(tests::jwks(own_kids));
  const auto taken = [](const std::string& token, const KeySet& keys) {
    return verify_jwt(token, keys, usual_rules(), kNow).has_value();
  };
  const std::size_t last = kMostTries;
  for (const std::size_t i : {std::size_t{0}, last - 1, last}) {
    EXPECT_EQ(taken(signers[i].token(R"({"alg":"EdDSA"})", claims_of()), own), i < last) << i;
    EXPECT_EQ(taken(signers[i].token(R"({"alg":"EdDSA","kid":"k"})", claims_of()), same), i < last);
    EXPECT_TRUE(
        taken(signers[i].token(header_of(signers[i], "k" + std::to_string(i)), claims_of()), own));
  }
}

TEST(Jwt, IsNotTakenChanged) {
  const std::string good = token_of();
  ASSERT_TRUE(verified(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'A', 'B', '_', '.', '=', ' ', '\0'}) {
      if (good[i] == c) continue;
      std::string changed = good;
      changed[i] = c;
      EXPECT_FALSE(verified(changed)) << i << c;
    }
    EXPECT_FALSE(verified(good.substr(0, i))) << i;
    EXPECT_FALSE(verified(good.substr(i + 1))) << i;
    EXPECT_FALSE(verified(good.substr(0, i) + good.substr(i + 1))) << i;
  }
  // Claims and header of others under a signature that is good for its own.
  const std::string signature = good.substr(good.rfind('.'));
  expect_refused(
      unsigned_input(header_of(issuer().ed25519, "ed25519"), claims_of({{"sub", R"("admin")"}})) +
          signature,
      "has not signed it");
  expect_refused(
      unsigned_input(header_of(issuer().ed25519, "ed25519", R"(,"typ":"JWT")"), claims_of()) +
          signature,
      "has not signed it");
}

TEST(Jwt, HasNothingAroundIt) {
  const std::string good = token_of();
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const auto with = [&](std::size_t at, std::string_view more) {
    return good.substr(0, at) + std::string(more) + good.substr(at);
  };
  expect_refused(with(first, "="), "header is not base64url");
  expect_refused(with(second, "="), "payload is not base64url");
  expect_refused(with(good.size(), "="), "signature is not base64url");
  expect_refused(with(good.size(), "=="), "signature is not base64url");
  expect_refused(with(good.size(), "\n"), "signature is not base64url");
  expect_refused(with(good.size(), " "), "signature is not base64url");
  expect_refused(with(second + 20, "\r\n"), "signature is not base64url");
  expect_refused(with(0, " "), "header is not base64url");
  expect_refused("Bearer " + good, "header is not base64url");
  expect_refused(good + ".", "three parts");
  expect_refused(good + ".AA.AA", "encrypted");
  expect_refused(good + good, "encrypted");
  // The JSON forms of a JWS (RFC 7515 7.2).
  expect_refused(R"({"payload":"e30","protected":"e30","signature":"AA"})", "three parts");
}

TEST(Jwt, HasASignatureOfTheLengthOfItsKey) {
  const Issuer& all = issuer();
  const std::pair<const JwtSigner*, const char*> signers[] = {
      {&all.rsa, "rsa"}, {&all.p256, "p256"}, {&all.ed25519, "ed25519"}};
  for (const auto& [signer, kid] : signers) {
    const std::string input = unsigned_input(header_of(*signer, kid), claims_of());
    const std::string signature = signer->sign(input);
    ASSERT_TRUE(verified(input + '.' + to_base64url(signature)));
    for (const std::string& other : {signature.substr(1), signature.substr(0, signature.size() - 1),
                                     signature + '\0', '\0' + signature, signature + signature,
                                     signature.substr(0, 32) + '\0' + signature.substr(32),
                                     std::string(signature.size(), '\0'), std::string(1, '\0')}) {
      expect_refused(input + '.' + to_base64url(other), "has not signed it");
    }
  }
  const std::string input = unsigned_input(header_of(all.p256, "p256"), claims_of());
  expect_refused(input + '.' + to_base64url(all.p256.sign_der(input)), "has not signed it");
}

TEST(Jwt, AsksForNothingThatIsNotDone) {
  expect_refused(token_of({}, R"(,"crit":["exp"],"exp":1)"), "has crit");
  expect_refused(token_of({}, R"(,"crit":[])"), "has crit");
  expect_refused(token_of({}, R"(,"b64":true)"), "has b64");
  expect_refused(token_of({}, R"(,"alg":"none")"), "comes twice");
  expect_refused(token_of({}, R"(,"kid":"other")"), "comes twice");
}

TEST(Jwt, IsSignedWithWhatTheRulesAllow) {
  JwtRules rules = usual_rules();
  rules.allowed = {JwsAlgorithm::es256};
  expect_refused(token_of(), "\"EdDSA\", which is not allowed", Errc::invalid, rules);
  EXPECT_TRUE(
      verified(issuer().p256.token(header_of(issuer().p256, "p256"), claims_of()), kNow, rules));
  rules.allowed = {};
  expect_refused(token_of(), "not allowed", Errc::invalid, rules);
}

TEST(Jwt, IsOfTheIssuerOctetForOctet) {
  for (const char* const iss :
       {"https://issuer.test/realm/", "https://ISSUER.test/realm", "https://issuer.test",
        " https://issuer.test/realm", "https://issuer.test/realm\\u0000", ""}) {
    expect_refused(token_of({{"iss", '"' + std::string(iss) + '"'}}), "is of the issuer");
  }
  expect_refused(token_of({{"iss", ""}}), "no iss");
  expect_refused(token_of({{"iss", R"(["https://issuer.test/realm"])"}}), "iss is no text");
}

TEST(Jwt, IsForTheAudience) {
  for (const char* const aud : {R"("waybill")", R"(["waybill"])", R"(["a","waybill","b"])"}) {
    EXPECT_TRUE(verified(token_of({{"aud", aud}}))) << aud;
  }
  expect_refused(token_of({{"aud", R"("account")"}}),
                 "the token is for \"account\", and \"waybill\" is asked for");
  expect_refused(token_of({{"aud", R"(["a","b","c","d","e"])"}}),
                 "the token is for \"a\", \"b\", \"c\" and 2 others, and");
  for (const char* const aud : {R"("Waybill")", R"("waybil")", R"("waybill ")", R"("")",
                                R"("waybill2")", R"(["way","bill"])"}) {
    expect_refused(token_of({{"aud", aud}}), "is asked for");
  }
  expect_refused(token_of({{"aud", ""}}), "no aud");
  expect_refused(token_of({{"aud", "[]"}}), "aud is empty");
  expect_refused(token_of({{"aud", R"(["waybill",7])"}}), "aud is neither");
}

struct Moment {
  std::string claim;
  std::string date;
  bool taken;
};

TEST(Jwt, IsTakenInItsTime) {
  const auto at = [](std::int64_t seconds) { return std::to_string(kNowSeconds + seconds); };
  const Moment cases[] = {
      // The leeway is 60 s; at its end a token has expired (RFC 7519 4.1.4).
      {"exp", at(300), true},
      {"exp", at(0), true},
      {"exp", at(-59), true},
      {"exp", at(-60), false},
      {"exp", at(-61), false},
      {"exp", at(-60) + ".5", true},
      {"exp", at(-61) + ".5", false},
      {"exp", at(-60) + ".0", false},
      {"exp", at(-59) + ".5", true},
      {"exp", "1.8e9", true},
      {"exp", "0", false},
      {"exp", "-1", false},
      {"exp", "-0", false},
      {"exp", "1e308", true},
      {"exp", "-1e308", false},
      {"exp", "9223372036854775807", true},
      {"exp", "-9223372036854775808", false},
      {"exp", "18446744073709551615", true},
      {"exp", "99999999999999999999999999", true},
      {"exp", "1e-400", false},
      {"nbf", at(-1), true},
      {"nbf", at(0), true},
      {"nbf", at(60), true},
      {"nbf", at(61), false},
      {"nbf", at(60) + ".5", false},
      {"nbf", "-1e308", true},
      {"nbf", "1e308", false},
      {"nbf", "9223372036854775807", false},
      {"iat", at(60), true},
      {"iat", at(61), false},
      {"iat", "1e308", false},
      {"iat", "-5.5", true},
  };
  for (const Moment& row : cases) {
    const auto claims = verified(token_of({{row.claim, row.date}}));
    EXPECT_EQ(claims.has_value(), row.taken)
        << row.claim << ' ' << row.date << (claims ? "" : claims.error().why);
  }
}

TEST(Jwt, SaysWhichTimeIsWrong) {
  expect_refused(token_of({{"exp", std::to_string(kNowSeconds - 3600)}}),
                 "the token expired at 2027-01-15T07:00:00.000000000Z, and now is "
                 "2027-01-15T08:00:00.000000000Z");
  expect_refused(token_of({{"nbf", std::to_string(kNowSeconds + 3600)}}),
                 "is not valid before 2027-01-15T09:00:00");
  expect_refused(token_of({{"iat", "1e300"}}), "issued at 2200-01-01T00:00:00");
  expect_refused(token_of({{"exp", "-1e300"}}), "expired at 1740-01-01T00:00:00");
  expect_refused(token_of({{"exp", ""}}), "no exp");
}

TEST(Jwt, IsHeldAgainstTheLeewayOfTheRules) {
  JwtRules rules = usual_rules();
  rules.leeway = std::chrono::seconds(0);
  const std::string token =
      token_of({{"exp", std::to_string(kNowSeconds)}, {"nbf", std::to_string(kNowSeconds - 10)}});
  EXPECT_TRUE(verified(token, kNow - std::chrono::nanoseconds(1000), rules));
  EXPECT_FALSE(verified(token, kNow, rules));
  EXPECT_TRUE(verified(token, kNow - std::chrono::seconds(10), rules));
  EXPECT_FALSE(verified(token, kNow - std::chrono::seconds(11), rules));
  rules.leeway = std::chrono::seconds(300);
  EXPECT_TRUE(verified(token, kNow + std::chrono::seconds(299), rules));
  EXPECT_FALSE(verified(token, kNow + std::chrono::seconds(300), rules));
  // Any clock and any leeway.
  rules.leeway = std::chrono::seconds::max();
  EXPECT_TRUE(verified(token, WallTime::max(), rules));
  EXPECT_TRUE(verified(token, WallTime::min(), rules));
  rules.leeway = std::chrono::seconds(0);
  EXPECT_FALSE(verified(token, WallTime::max(), rules));
  EXPECT_FALSE(verified(token, WallTime::min(), rules));
}

TEST(Jwt, HasALongestLength) {
  const std::string good = token_of();
  JwtRules rules = usual_rules();
  rules.longest = good.size();
  EXPECT_TRUE(verified(good, kNow, rules));
  rules.longest = good.size() - 1;
  expect_refused(good, "octets, more than", Errc::limit_exceeded, rules);
  expect_refused(token_of({{"more", '"' + std::string(kLongestToken, 'x') + '"'}}),
                 "octets, more than 16384", Errc::limit_exceeded);
}

TEST(Jwt, IsRefusedByRulesThatNameNobody) {
  JwtRules rules = usual_rules();
  rules.audience = "";
  expect_refused(token_of({{"aud", R"("")"}}), "is configured", Errc::invalid, rules);
  rules = usual_rules();
  rules.issuer = "";
  expect_refused(token_of({{"iss", R"("")"}}), "is configured", Errc::invalid, rules);
}

TEST(Jwt, HasClaimsOfTheRightForm) {
  const JwtSigner& signer = issuer().ed25519;
  const std::string header = header_of(signer, "ed25519");
  expect_refused(signer.token(header, "[]"), "payload is no JSON object");
  expect_refused(signer.token(header, claims_of() + "x"), "payload is no JSON");
  expect_refused(token_of({{"sub", R"("a","sub":"b")"}}), R"("sub" comes twice)");
  expect_refused(token_of({{"sub", ""}}), "no sub");
  expect_refused(token_of({{"sub", "\"\xff\""}}), "payload is no JSON");
  expect_refused(token_of({{"x", std::string(100, '[') + std::string(100, ']')}}),
                 "payload is no JSON");
}

TEST(Jwt, KeepsALogCleanOfItsClaims) {
  const auto claims =
      verified(token_of({{"iss", R"("a\nb\u001b[31m)" + std::string(1000, 'c') + '"'}}));
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().why.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(claims.error().why.size(), 400u);
  EXPECT_EQ(quoted("a\nb"), "\"a b\"");
}

}  // namespace
}  // namespace waybill::control
