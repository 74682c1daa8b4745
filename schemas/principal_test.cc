#include "schemas/principal.h"

#include <gtest/gtest.h>

namespace waybill::schemas {
namespace {

Event event_for(const std::string& domain, const std::string& alias) {
  Event out;
  out.set_domain(domain);
  out.set_alias(alias);
  return out;
}

TEST(Scopes, WordsComeBack) {
  const auto read = Scopes::of_words({"feed", "history"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->words(), (std::vector<std::string>{"history", "feed"}));
  EXPECT_TRUE(read->has(Scope::feed));
  EXPECT_FALSE(read->has(Scope::control));
  EXPECT_EQ(*Scopes::of_words(Scopes::all().words()), Scopes::all());
}

TEST(Scopes, AWordThatIsNoneIsRefusedWithThoseThereAre) {
  const auto read = Scopes::of_words({"history", "exports"});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().why.find("no scope \"exports\""), std::string::npos);
  EXPECT_NE(read.error().why.find("export, control"), std::string::npos);
}

TEST(Scopes, AllOfOthers) {
  EXPECT_TRUE((Scopes{Scope::history, Scope::feed}.has_all({Scope::feed})));
  EXPECT_FALSE((Scopes{Scope::history}.has_all({Scope::feed})));
  EXPECT_TRUE(Scopes{}.has_all({}));
}

TEST(Sight, OfDomainsSeesTheirMailAlone) {
  const Sight sight = Sight::of({"a.example", "b.example"});
  EXPECT_TRUE(sight.sees(event_for("a.example", "x@a.example")));
  EXPECT_FALSE(sight.sees(event_for("c.example", "x@c.example")));
  // The domain of the event decides where it has one.
  EXPECT_FALSE(sight.sees(event_for("c.example", "x@a.example")));
  EXPECT_TRUE(sight.sees(event_for("", "x@b.example")));
  EXPECT_FALSE(sight.sees(event_for("", "x@sub.b.example")));
  EXPECT_FALSE(sight.sees(event_for("", "b.example")));
  EXPECT_FALSE(sight.sees(event_for("", "")));
}

TEST(Sight, AllSeesWhatNamesNoDomainAndNoneSeesNothing) {
  EXPECT_TRUE(Sight::all().sees(event_for("", "")));
  EXPECT_FALSE(Sight::of({}).sees(event_for("", "")));
  EXPECT_FALSE(Sight::of({}).sees(event_for("a.example", "")));
}

TEST(Sight, CoversWhatIsPartOfIt) {
  EXPECT_TRUE(Sight::all().covers(Sight::of({"a.example"})));
  EXPECT_FALSE(Sight::of({"a.example"}).covers(Sight::all()));
  EXPECT_TRUE(Sight::of({"a.example", "b.example"}).covers(Sight::of({"b.example"})));
  EXPECT_FALSE(Sight::of({"a.example"}).covers(Sight::of({"a.example", "b.example"})));
}

TEST(Principal, IsNamedAsEventsHaveIt) {
  Principal one;
  EXPECT_EQ(one.text(), "local");
  one.kind = Principal::Kind::token;
  one.id = "4f2a";
  EXPECT_EQ(one.text(), "token 4f2a");
}

}  // namespace
}  // namespace waybill::schemas
