#include "query/feed/filter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/event_log.h"

namespace waybill::query::feed {
namespace {

namespace pb = schemas::pb;

const tests::Copy kCopy{.alias = "shop@forward.test",
                        .sender = "Ann@origin.test",
                        .target = "owner@mailbox.test:2525",
                        .domain = "forward.test"};

Filter of_kinds(std::vector<std::string> kinds) {
  Filter out{.sight = schemas::Sight::all()};
  out.kinds = std::move(kinds);
  return out;
}

Filter of_classes(std::vector<std::string> classes) {
  Filter out{.sight = schemas::Sight::all()};
  out.classes = std::move(classes);
  return out;
}

Filter of_domain(const std::string& domain) {
  Filter out{.sight = schemas::Sight::all()};
  out.domain = domain;
  return out;
}

bool finds(const std::string& address, const schemas::Event& event) {
  Filter filter{.sight = schemas::Sight::all()};
  filter.address = address;
  return filter.wants(event);
}

TEST(FilterTest, OneThatAsksNothingWantsAll) {
  const Filter all{.sight = schemas::Sight::all()};
  EXPECT_TRUE(all.wants(tests::accepted(kCopy)));
  EXPECT_TRUE(all.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_HARD)));
  EXPECT_TRUE(all.wants(schemas::Event()));
}

TEST(FilterTest, KindsAreThoseThatAreNamed) {
  const Filter some = of_kinds({"dropped", "forwarded"});
  EXPECT_TRUE(some.wants(tests::forwarded(kCopy)));
  EXPECT_TRUE(some.wants(tests::dropped(kCopy)));
  EXPECT_FALSE(some.wants(tests::accepted(kCopy)));
  EXPECT_FALSE(some.wants(schemas::Event()));
}

TEST(FilterTest, ClassesAreOfReportsAlone) {
  const Filter hard = of_classes({"hard"});
  EXPECT_TRUE(hard.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_HARD)));
  EXPECT_FALSE(hard.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_SOFT)));
  EXPECT_FALSE(hard.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_UNSPECIFIED)));
  EXPECT_FALSE(hard.wants(tests::forwarded(kCopy)));
}

TEST(FilterTest, EachClassThatAReportMayHaveCanBeAskedFor) {
  const auto& words = bounce_classes();
  EXPECT_EQ(words.size(), static_cast<std::size_t>(pb::BounceClass_descriptor()->value_count() - 1))
      << "all but the one that is none";
  for (int number = 1; number < pb::BounceClass_descriptor()->value_count(); ++number) {
    const auto report = tests::bounced(kCopy, static_cast<pb::BounceClass>(number));
    const auto found = std::count_if(words.begin(), words.end(), [&](const std::string& word) {
      return of_classes({word}).wants(report);
    });
    EXPECT_EQ(found, 1) << number;
  }
}

TEST(FilterTest, ADomainIsThatOfTheAlias) {
  EXPECT_TRUE(of_domain("forward.test").wants(tests::accepted(kCopy)));
  EXPECT_FALSE(of_domain("mailbox.test").wants(tests::accepted(kCopy)));
  EXPECT_FALSE(of_domain("origin.test").wants(tests::accepted(kCopy)));
  EXPECT_FALSE(of_domain("test").wants(tests::accepted(kCopy)));
  EXPECT_FALSE(of_domain("ward.test").wants(tests::accepted(kCopy)));
  tests::Copy quoted = kCopy;
  quoted.alias = "\"a@other.test\"@forward.test";
  EXPECT_TRUE(of_domain("forward.test").wants(tests::accepted(quoted)));
  EXPECT_FALSE(of_domain("other.test").wants(tests::accepted(quoted)));
  // A session that was ended before an alias was named.
  tests::Copy none = kCopy;
  none.alias = "";
  EXPECT_FALSE(of_domain("forward.test").wants(tests::rejected(none, pb::VERDICT_BY_POLICY)));
}

TEST(FilterTest, AnAddressIsAnAliasASenderOrATarget) {
  for (const auto& event :
       {tests::accepted(kCopy), tests::forwarded(kCopy), tests::in_doubt(kCopy)}) {
    EXPECT_TRUE(finds("shop@forward.test", event));
    EXPECT_TRUE(finds("ann@origin.test", event)) << "in any case";
    EXPECT_TRUE(finds("owner@mailbox.test", event)) << "with its port";
    EXPECT_FALSE(finds("bob@mailbox.test", event));
  }
  EXPECT_TRUE(finds("owner@mailbox.test", tests::bounced(kCopy, pb::BOUNCE_CLASS_HARD)));
}

TEST(FilterTest, AnAddressIsWholeAndNoPartOfOne) {
  const auto event = tests::accepted(kCopy);
  EXPECT_FALSE(finds("hop@forward.test", event));
  EXPECT_FALSE(finds("shop@forward.tes", event));
  EXPECT_FALSE(finds("shop@forward.test.example", event));
  EXPECT_FALSE(finds("owner@mailbox.test:25", event));
}

TEST(FilterTest, EachTargetOfAnAcceptanceIsLookedAt) {
  auto event = tests::accepted(kCopy);
  tests::add_target(event, 2, "second@mailbox.test");
  tests::add_target(event, 3, "third@mailbox.test:587");
  EXPECT_TRUE(finds("second@mailbox.test", event));
  EXPECT_TRUE(finds("third@mailbox.test", event));
  EXPECT_FALSE(finds("fourth@mailbox.test", event));
}

TEST(FilterTest, AllThatIsAskedMustBeTrue) {
  Filter filter{.sight = schemas::Sight::all()};
  filter.kinds = {"bounced"};
  filter.classes = {"hard", "soft"};
  filter.domain = "forward.test";
  filter.address = "owner@mailbox.test";
  EXPECT_TRUE(filter.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_SOFT)));
  EXPECT_FALSE(filter.wants(tests::bounced(kCopy, pb::BOUNCE_CLASS_DELAYED)));
  EXPECT_FALSE(filter.wants(tests::forwarded(kCopy)));
  tests::Copy other = kCopy;
  other.alias = "shop@elsewhere.test";
  EXPECT_FALSE(filter.wants(tests::bounced(other, pb::BOUNCE_CLASS_HARD)));
  other = kCopy;
  other.target = "bob@mailbox.test";
  EXPECT_FALSE(filter.wants(tests::bounced(other, pb::BOUNCE_CLASS_HARD)));
}

TEST(FilterTest, WhatIsOutOfSightIsNotThere) {
  Filter of_others{.sight = schemas::Sight::of({"other.test"})};
  EXPECT_FALSE(of_others.wants(tests::accepted(kCopy)));
  of_others.address = kCopy.sender;
  EXPECT_FALSE(of_others.wants(tests::accepted(kCopy)));
  EXPECT_TRUE(Filter{.sight = schemas::Sight::of({"forward.test"})}.wants(tests::accepted(kCopy)));
}

// What does not speak of mail comes where it is asked for.
TEST(FilterTest, AccessesAreAskedForByKind) {
  schemas::Event access;
  access.mutable_access()->set_route("/v1/messages");
  EXPECT_FALSE(Filter{.sight = schemas::Sight::all()}.wants(access));
  EXPECT_TRUE(of_kinds({"access"}).wants(access));
  EXPECT_FALSE(is_of_feed(access));
  access.mutable_access()->set_route(std::string(kFeedRoute));
  EXPECT_TRUE(of_kinds({"access"}).wants(access)) << "an export has it";
  EXPECT_TRUE(is_of_feed(access)) << "a feed that is read by waiting would be woken by it for ever";
  schemas::Event control;
  control.mutable_control()->set_subject("token");
  EXPECT_FALSE(Filter{.sight = schemas::Sight::all()}.wants(control));
  EXPECT_TRUE(of_kinds({"control"}).wants(control));
}

TEST(FilterTest, InARoleAnAddressHasTheSpellingsOfItsHistory) {
  using projector::Role;
  const auto wants = [](Role role, const std::string& address, projector::Spellings spellings) {
    Filter filter{.sight = schemas::Sight::all()};
    filter.parts.push_back({role, projector::Sought(address, spellings)});
    return filter.wants(tests::forwarded(kCopy));
  };
  EXPECT_TRUE(wants(Role::sender, "ann@origin.test", {}));
  EXPECT_TRUE(wants(Role::sender, "ANN+x@origin.test", {}));
  EXPECT_FALSE(wants(Role::sender, "ann@origin.test", projector::kExactly));
  EXPECT_TRUE(wants(Role::sender, "Ann@origin.test", projector::kExactly));
  EXPECT_FALSE(wants(Role::alias, "Ann@origin.test", {}));
  EXPECT_TRUE(wants(Role::alias, "shop@forward.test", projector::kExactly));
  EXPECT_TRUE(wants(Role::target, "Owner@mailbox.test", {}));
  EXPECT_FALSE(wants(Role::target, "own@mailbox.test", {}));
  Filter either{.sight = schemas::Sight::all()};
  either.parts.push_back({Role::target, projector::Sought("no@mailbox.test", {})});
  EXPECT_FALSE(either.wants(tests::forwarded(kCopy)));
  either.parts.push_back({Role::alias, projector::Sought("shop@forward.test", {})});
  EXPECT_TRUE(either.wants(tests::forwarded(kCopy)));
}

}  // namespace
}  // namespace waybill::query::feed
