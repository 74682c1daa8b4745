#include "control/jwt/claims.h"

#include <gtest/gtest.h>

#include <limits>

namespace waybill::control {
namespace {

using runtime::Errc;
using Texts = std::vector<std::string>;

// What every token has, with `more` behind it.
std::string needed(std::string_view more) {
  return R"({"iss":"https://issuer.test","sub":"u-1","aud":"waybill","exp":1800000000)" +
         std::string(more) + "}";
}

TEST(Claims, AreRead) {
  const auto claims = JwtClaims::read(
      R"( {"iss":"i","sub":"s","aud":["a","b"],"exp":1800000000.25,"nbf":-1,"iat":1e9} )");
  ASSERT_TRUE(claims) << claims.error().why;
  EXPECT_EQ(claims->issuer(), "i");
  EXPECT_EQ(claims->subject(), "s");
  EXPECT_EQ(claims->audiences(), (Texts{"a", "b"}));
  EXPECT_EQ(claims->expires_at().count(), 1'800'000'000.25);
  EXPECT_EQ(claims->expires().time_since_epoch(), std::chrono::milliseconds(1'800'000'000'250));
  EXPECT_EQ(claims->not_before()->count(), -1);
  EXPECT_EQ(claims->issued_at()->count(), 1e9);
  const auto few = JwtClaims::read(needed(""));
  EXPECT_EQ(few->audiences(), Texts{"waybill"});
  EXPECT_EQ(few->not_before(), std::nullopt);
  EXPECT_EQ(few->issued_at(), std::nullopt);
}

struct RefusedClaims {
  std::string json;
  std::string why;
};

TEST(Claims, AreRefusedInAnotherForm) {
  const RefusedClaims cases[] = {
      {"", "no JSON"},
      {"[]", "no JSON object"},
      {"\"text\"", "no JSON object"},
      {"{}", "no iss"},
      {needed("") + "x", "no JSON"},
      {needed(R"(,"sub":"u-2")"), R"("sub" comes twice)"},
      {needed(R"(,"a":{"b":1,"b":2})"), R"("b" comes twice)"},
      {needed(R"(,"\u0073ub":"u-2")"), R"("sub" comes twice)"},
      {needed(",\"a\":\"\xc3\""), "no JSON"},
      {needed(R"(,"a":"\ud800")"), "no JSON"},
      {needed(R"(,"a":)" + std::string(100, '[') + std::string(100, ']')), "no JSON"},
      {needed(R"(,"a":1e999)"), "no JSON"},
      {needed(R"(,"a":NaN)"), "no JSON"},
      {R"({"iss":7,"sub":"s","aud":"a","exp":1})", "iss is no text"},
      {R"({"iss":["i"],"sub":"s","aud":"a","exp":1})", "iss is no text"},
      {R"({"iss":"i","aud":"a","exp":1})", "no sub"},
      {R"({"iss":"i","sub":"","aud":"a","exp":1})", "sub is empty"},
      {R"({"iss":"i","sub":7,"aud":"a","exp":1})", "sub is no text"},
      {R"({"iss":"i","sub":"a\nb","aud":"a","exp":1})", "control"},
      {R"({"iss":"i","sub":"a\u0000b","aud":"a","exp":1})", "control"},
      {R"({"iss":"i","sub":")" + std::string(256, 's') + R"(","aud":"a","exp":1})", "256 octets"},
      {R"({"iss":"i","sub":"s","exp":1})", "no aud"},
      {R"({"iss":"i","sub":"s","aud":[],"exp":1})", "aud is empty"},
      {R"({"iss":"i","sub":"s","aud":7,"exp":1})", "aud is neither"},
      {R"({"iss":"i","sub":"s","aud":["a",7],"exp":1})", "aud is neither"},
      {R"({"iss":"i","sub":"s","aud":[["a"]],"exp":1})", "aud is neither"},
      {R"({"iss":"i","sub":"s","aud":{"a":1},"exp":1})", "aud is neither"},
      {R"({"iss":"i","sub":"s","aud":"a"})", "no exp"},
      {R"({"iss":"i","sub":"s","aud":"a","exp":"1800000000"})", "exp is no number"},
      {R"({"iss":"i","sub":"s","aud":"a","exp":true})", "exp is no number"},
      {R"({"iss":"i","sub":"s","aud":"a","exp":null})", "exp is no number"},
      {needed(R"(,"nbf":"1")"), "nbf is no number"},
      {needed(R"(,"iat":[1])"), "iat is no number"},
  };
  for (const RefusedClaims& row : cases) {
    const auto claims = JwtClaims::read(row.json);
    ASSERT_FALSE(claims) << row.json;
    EXPECT_EQ(claims.error().code, Errc::invalid);
    EXPECT_NE(claims.error().why.find(row.why), std::string::npos) << claims.error().why;
  }
  EXPECT_TRUE(
      JwtClaims::read(R"({"iss":"i","sub":")" + std::string(255, 's') + R"(","aud":"a","exp":1})"));
}

TEST(Claims, HaveDatesThatFit) {
  constexpr std::chrono::seconds kFarthestDate{7'258'118'400};
  const std::pair<double, std::chrono::nanoseconds> cases[] = {
      {0, std::chrono::seconds(0)},
      {-1.5, std::chrono::milliseconds(-1500)},
      {1'800'000'000, std::chrono::seconds(1'800'000'000)},
      {9'223'372'036.9, kFarthestDate},
      {9.3e18, kFarthestDate},
      {1e308, kFarthestDate},
      {-1e308, -kFarthestDate},
      {std::numeric_limits<double>::denorm_min(), std::chrono::seconds(0)},
  };
  for (const auto& [date, at] : cases) {
    EXPECT_EQ(wall_time(NumericDate(date)).time_since_epoch(), at) << date;
  }
}

TEST(Claims, GiveTextsByAPathOfNames) {
  const auto claims = JwtClaims::read(needed(R"(,
      "scope":"mail:read  mail:write ", "scp":["a b","c"], "groups":"Domain Admins",
      "realm_access":{"roles":["admin","user"],"scope":"x y","deep":{"er":["z"]}},
      "resource_access":{"way.bill":{"roles":["operator"]}},
      "https://example.org/roles":["viewer"],
      "mixed":["a",1,null,["b"],{"c":"d"},"e"], "number":7, "empty":"", "none":[], "":"nameless",
      "a.b":"whole", "a":{"b":"nested","c":"other"}, "a.b.c":{"d":"far"})"));
  ASSERT_TRUE(claims) << claims.error().why;
  const std::pair<std::string, Texts> cases[] = {
      {"scope", {"mail:read", "mail:write"}},
      {"scp", {"a b", "c"}},
      {"groups", {"Domain Admins"}},
      {"realm_access.roles", {"admin", "user"}},
      {"realm_access.scope", {"x", "y"}},
      {"realm_access.deep.er", {"z"}},
      {"resource_access.way.bill.roles", {"operator"}},
      {"https://example.org/roles", {"viewer"}},
      {"mixed", {"a", "e"}},
      {"a.b", {"whole"}},
      {"a.c", {"other"}},
      {"a.b.c.d", {"far"}},
      {"number", {}},
      {"empty", {""}},
      {"none", {}},
      {"", {}},
      {".", {}},
      {"realm_access", {}},
      {"realm_access.", {}},
      {".realm_access.roles", {}},
      {"realm_access..roles", {}},
      {"realm_access.roles.x", {}},
      {"roles", {}},
      {"Scope", {}},
      {"sub", {"u-1"}},
  };
  for (const auto& [path, texts] : cases) EXPECT_EQ(texts_at(*claims, path), texts) << path;
}

}  // namespace
}  // namespace waybill::control
