#include "stream/mapping/filter.h"

#include <gtest/gtest.h>

#include "tests/support/event_cases.h"

namespace waybill::stream {
namespace {

using schemas::Kind;
using support::example_event;

TEST(FilterTest, WithoutConditionsEveryEventPasses) {
  for (const auto& [name, event] : support::event_cases()) EXPECT_TRUE(Filter().passes(event));
  EXPECT_TRUE(Filter().passes(schemas::Event()));
}

TEST(FilterTest, KindsAreThoseNamedAndAnUnknownOneIsNoneOfThem) {
  const Filter filter{.kinds = {Kind::bounced, Kind::rejected}};
  EXPECT_TRUE(filter.passes(example_event("bounced")));
  EXPECT_TRUE(filter.passes(example_event("rejected")));
  EXPECT_FALSE(filter.passes(example_event("accepted")));
  EXPECT_FALSE(filter.passes(schemas::Event()));
}

TEST(FilterTest, DomainsAreWholeAndAnEventWithoutOneIsOfNone) {
  const Filter filter{.domains = {"example.org"}};
  schemas::Event event = example_event("accepted");
  EXPECT_TRUE(filter.passes(event));
  event.set_domain("sub.example.org");
  EXPECT_FALSE(filter.passes(event));
  EXPECT_FALSE(filter.passes(example_event("deferred_sessions")));
}

TEST(FilterTest, BounceClassesSpeakOfReportsAlone) {
  const Filter filter{.bounce_classes = {schemas::pb::BOUNCE_CLASS_COMPLAINT}};
  schemas::Event event = example_event("bounced");
  EXPECT_FALSE(filter.passes(event));
  event.mutable_bounced()->set_class_(schemas::pb::BOUNCE_CLASS_COMPLAINT);
  EXPECT_TRUE(filter.passes(event));
  EXPECT_TRUE(filter.passes(example_event("forwarded")));
}

TEST(FilterTest, RulesSpeakOfRefusalsDeferralsAndDropsAlone) {
  const Filter filter{.rules = {"spam", "drop-newsletters"}};
  EXPECT_TRUE(filter.passes(example_event("rejected_spam")));
  EXPECT_TRUE(filter.passes(example_event("dropped")));
  EXPECT_FALSE(filter.passes(example_event("rejected_by_policy")));
  EXPECT_FALSE(filter.passes(example_event("deferred_spam")));
  EXPECT_TRUE(filter.passes(example_event("accepted")));
}

TEST(FilterTest, AllConditionsMustHold) {
  const Filter filter{.kinds = {Kind::rejected}, .domains = {"example.org"}, .rules = {"spam"}};
  schemas::Event event = example_event("rejected_spam");
  EXPECT_TRUE(filter.passes(event));
  event.set_domain("example.com");
  EXPECT_FALSE(filter.passes(event));
  EXPECT_FALSE(filter.passes(example_event("dropped")));
}

}  // namespace
}  // namespace waybill::stream
