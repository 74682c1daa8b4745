#include "control/jwt/jws.h"

#include <gtest/gtest.h>

#include "runtime/base64url.h"
#include "tests/support/jwt_signer.h"

namespace waybill::control {
namespace {

using runtime::Errc;

const std::vector<JwsAlgorithm> kEvery{JwsAlgorithm::rs256, JwsAlgorithm::es256,
                                       JwsAlgorithm::eddsa};

struct PublishedJws {
  std::string name;
  std::string key;
  std::string token;
  std::string payload;
};

const std::string kPublishedClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string kClaimsOfJoe =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

const PublishedJws kPublished[] = {
    {"RFC 7515 A.2",
     R"({"kty":"RSA","n":")"
     "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
     "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
     "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
     "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
     R"(","e":"AQAB"})",
     "eyJhbGciOiJSUzI1NiJ9." + kPublishedClaims +
         ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W"
         "2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSj"
         "tQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh"
         "6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
     kClaimsOfJoe},
    {"RFC 7515 A.3",
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9." + kPublishedClaims +
         ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
     kClaimsOfJoe},
    {"RFC 8037 A.4",
     R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
     "Example of Ed25519 signing"},
};

TEST(Jws, OfTheStandardsIsRead) {
  for (const PublishedJws& published : kPublished) {
    const auto keys = KeySet::parse(tests::jwks({published.key}));
    ASSERT_TRUE(keys);
    ASSERT_EQ(keys->usable(), 1u) << keys->left_out().front();
    const auto jws = parse_jws(published.token, kEvery);
    ASSERT_TRUE(jws) << published.name;
    EXPECT_EQ(jws->payload, published.payload) << published.name;
    EXPECT_EQ(jws->kid, std::nullopt);
    EXPECT_TRUE(check_signature(*jws, *keys)) << published.name;
  }
}

TEST(Jws, OfTheStandardsIsNotThatOfAnotherKey) {
  for (const PublishedJws& published : kPublished) {
    for (const PublishedJws& other : kPublished) {
      const auto keys = KeySet::parse(tests::jwks({other.key}));
      const auto jws = parse_jws(published.token, kEvery);
      EXPECT_EQ(check_signature(*jws, *keys).has_value(), published.name == other.name);
    }
  }
}

struct RefusedJws {
  std::string token;
  std::string why;
};

std::string with_header(std::string_view header) {
  return runtime::to_base64url(header) + ".e30.AA";
}

TEST(Jws, IsNotReadFromOtherText) {
  const RefusedJws cases[] = {
      {"", "three parts"},
      {"abc", "three parts"},
      {"a.b", "three parts"},
      {"a.b.c.d", "three parts"},
      {"a.b.c.d.e", "encrypted"},
      {"a.b.c.d.e.f", "three parts"},
      {"..", "header is empty"},
      {".e30.AA", "header is empty"},
      {"e30=.e30.AA", "header is not base64url"},
      {"e3.e30.AA", "header is not base64url"},
      {with_header("nothing"), "header is no JSON"},
      {with_header("[]"), "header is no JSON object"},
      {with_header("{}"), "no alg"},
      {with_header(R"({"alg":"EdDSA"} )") + "=", "signature is not base64url"},
      {with_header(R"({"alg":"EdDSA"} x)"), "header is no JSON"},
      {with_header(R"({"alg":"EdDSA","alg":"EdDSA"})"), R"("alg" comes twice)"},
      {with_header("{\"alg\":\"EdDSA\",\"kid\":\"\xff\"}"), "header is no JSON"},
      {with_header(R"({"alg":"EdDSA","x":)" + std::string(40, '[') + std::string(40, ']') + "}"),
       "header is no JSON"},
      {with_header(R"({"alg":7})"), "alg is no text"},
      {with_header(R"({"alg":null})"), "alg is no text"},
      {with_header(R"({"alg":["EdDSA"]})"), "alg is no text"},
      {with_header(R"({"ALG":"EdDSA"})"), "no alg"},
      {with_header(R"({"alg":"EdDSA","kid":1})"), "kid is no text"},
      {with_header(R"({"alg":"EdDSA","typ":{}})"), "typ is no text"},
      {with_header(R"({"alg":"EdDSA","crit":[]})"), "has crit"},
      {with_header(R"({"alg":"EdDSA","crit":["exp"],"exp":1})"), "has crit"},
      {with_header(R"({"alg":"EdDSA","crit":null})"), "has crit"},
      {with_header(R"({"alg":"EdDSA","b64":false})"), "has b64"},
      {runtime::to_base64url(R"({"alg":"EdDSA"})") + "..AA", "payload is empty"},
      {runtime::to_base64url(R"({"alg":"EdDSA"})") + ".e30.", "signature is empty"},
      {runtime::to_base64url(R"({"alg":"EdDSA"})") + ".e3+.AA", "payload is not base64url"},
  };
  for (const RefusedJws& row : cases) {
    const auto jws = parse_jws(row.token, kEvery);
    ASSERT_FALSE(jws) << row.token;
    EXPECT_EQ(jws.error().code, Errc::invalid);
    EXPECT_NE(jws.error().why.find(row.why), std::string::npos) << jws.error().why;
  }
}

TEST(Jws, IsSignedWithWhatIsAllowedAlone) {
  for (const char* const word :
       {"none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES384",
        "ES256K", "Ed448", "rs256", "eddsa", "RS256 ", "RSA-OAEP", "dir"}) {
    const auto jws = parse_jws(with_header(R"({"alg":")" + std::string(word) + R"("})"), kEvery);
    ASSERT_FALSE(jws) << word;
    EXPECT_NE(jws.error().why.find("not allowed"), std::string::npos) << jws.error().why;
  }
  for (const char* const word : {"RS256", "ES256", "EdDSA", "Ed25519"}) {
    const std::string token = with_header(R"({"alg":")" + std::string(word) + R"("})");
    EXPECT_TRUE(parse_jws(token, kEvery)) << word;
    EXPECT_FALSE(parse_jws(token, {})) << word;
    const auto algorithm = jws_algorithm(word);
    EXPECT_TRUE(parse_jws(token, {*algorithm})) << word;
    for (const JwsAlgorithm other : kEvery) {
      if (other == *algorithm) continue;
      EXPECT_FALSE(parse_jws(token, {other})) << word;
    }
  }
}

TEST(Jws, KeepsALogCleanOfItsHeader) {
  const auto jws =
      parse_jws(with_header(R"({"alg":"a\nb\u001b[31m)" + std::string(500, 'c') + R"("})"), kEvery);
  ASSERT_FALSE(jws);
  EXPECT_EQ(jws.error().why.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(jws.error().why.size(), 250u);
  EXPECT_NE(jws.error().why.find("...\""), std::string::npos);
}

}  // namespace
}  // namespace waybill::control
