#include "control/subjects.h"

#include <gtest/gtest.h>

#include "schemas/event.h"
#include "tests/support/jwt_signer.h"

namespace waybill::control {
namespace {

using schemas::Scope;
using schemas::Sight;

schemas::Principal principal(const std::string& claims) {
  const auto read =
      JwtClaims::read(R"({"iss":"i","sub":"ann","aud":"waybill","exp":1900000000)" + claims + "}");
  EXPECT_TRUE(read) << read.error().why;
  return principal_of(*read, {});
}

TEST(SubjectsTest, ScopesAreThoseOfOurs) {
  EXPECT_EQ(principal(R"(,"scope":"openid waybill.history waybill.feed history waybill.x")").scopes,
            (schemas::Scopes{Scope::history, Scope::feed}));
  EXPECT_TRUE(principal("").scopes.empty());
  EXPECT_TRUE(principal(R"(,"scope":7)").scopes.empty());
}

TEST(SubjectsTest, DomainsAreThoseThatAreNamed) {
  EXPECT_EQ(principal(R"(,"waybill_domains":["A.example","no domain",7])").sight,
            Sight::of({"a.example"}));
  EXPECT_EQ(principal(R"(,"waybill_domains":"a.example")").sight, Sight::of({"a.example"}));
  EXPECT_TRUE(principal(R"(,"waybill_domains":"all")").sight.is_all());
  // Nothing is said: nothing is seen.
  EXPECT_EQ(principal("").sight, Sight::of({}));
}

TEST(SubjectsTest, SomebodyIsNamedAndEndsWithTheToken) {
  const auto ann = principal(R"(,"email":"ann@a.example","name":"Ann")");
  EXPECT_EQ(ann.text(), "oidc ann");
  EXPECT_EQ(ann.name, "ann@a.example");
  EXPECT_EQ(ann.until, schemas::wall_time(1'900'000'000ULL * 1'000'000'000ULL));
}

TEST(SubjectsTest, WithoutKeysNobodyIsLetInOrRefused) {
  Subjects subjects({.issuer = "i", .audience = "waybill"}, {});
  const auto said = subjects.who("a.b.c", runtime::WallTime{});
  EXPECT_EQ(std::get<http::Problem>(said).code, "keys_unread");
}

}  // namespace
}  // namespace waybill::control
