// The keys of every view's table.
#include <gtest/gtest.h>

#include "projector/views/counters_key.h"
#include "projector/views/messages_key.h"
#include "projector/views/timeline_key.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

TEST(KeysTest, TimelineSortsNewestFirstAndByIndexWithinAMoment) {
  const TimelinePrefix prefix = timeline_prefix(Role::alias, "a@x.test");
  const std::string newest = timeline_key(prefix, 200, 1_index);
  const std::string later = timeline_key(prefix, 100, 8_index);
  const std::string first = timeline_key(prefix, 100, 7_index);
  EXPECT_LT(newest, later);
  EXPECT_LT(later, first);
  EXPECT_LT(timeline_key(prefix, 100, schemas::EventIndex::last()), later);
  EXPECT_LT(first, timeline_key(prefix, 100, 0_index));
  ASSERT_TRUE(timeline_place(first));
  EXPECT_EQ(timeline_place(first)->time, 100u);
  EXPECT_EQ(timeline_place(first)->index, 7_index);
  for (std::size_t size = 0; size < first.size(); ++size) {
    EXPECT_FALSE(timeline_place(first.substr(0, size))) << size;
  }
  EXPECT_FALSE(timeline_place(first + 'x'));
}

TEST(KeysTest, EachRoleOfAnAddressHasATimelineOfItsOwn) {
  const TimelinePrefix as_alias = timeline_prefix(Role::alias, "a@x.test");
  EXPECT_NE(as_alias, timeline_prefix(Role::sender, "a@x.test"));
  EXPECT_NE(as_alias, timeline_prefix(Role::target, "a@x.test"));
  EXPECT_NE(as_alias, timeline_prefix(Role::alias, "b@x.test"));
  EXPECT_EQ(as_alias, timeline_prefix(Role::alias, "a@x.test"));
}

TEST(KeysTest, EverySpellingOfASenderOrATargetHasOneTimeline) {
  for (const Role role : {Role::sender, Role::target}) {
    EXPECT_EQ(timeline_prefix(role, "Ann+b@x.test"), timeline_prefix(role, "ann@x.test"));
  }
  EXPECT_EQ(timeline_prefix(Role::target, "Ann+b@x.test:26"),
            timeline_prefix(Role::target, "ann@x.test"));
  EXPECT_NE(timeline_prefix(Role::alias, "Ann@x.test"), timeline_prefix(Role::alias, "ann@x.test"));
}

TEST(KeysTest, ATargetIsFoundWithoutItsPort) {
  const struct {
    Role role;
    std::string_view given;
    std::string_view found_as;
  } cases[] = {
      {Role::target, "a@x.test", "a@x.test"},
      {Role::target, "a@x.test:2525", "a@x.test"},
      {Role::target, "a@[192.0.2.1]:25", "a@[192.0.2.1]"},
      {Role::target, "a@[192.0.2.1]", "a@[192.0.2.1]"},
      {Role::target, "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"},
      {Role::target, "a@[IPv6:2001:db8::1]:2525", "a@[IPv6:2001:db8::1]"},
      {Role::target, "a@x.test:", "a@x.test:"},
      {Role::target, "123", "123"},
      {Role::target, "", ""},
      {Role::alias, "a@x.test:2525", "a@x.test:2525"},
  };
  for (const auto& c : cases) EXPECT_EQ(address_in_role(c.role, c.given), c.found_as) << c.given;
}

TEST(KeysTest, MessageIdsAreBareOfBracketsSpaceAndComments) {
  const struct {
    std::string_view given;
    std::string_view bare;
  } cases[] = {
      {"<1@x.test>", "1@x.test"},
      {"1@x.test", "1@x.test"},
      {" \t<1@x.test>\r\n", "1@x.test"},
      {"<1@x.test", "<1@x.test"},
      {"<>", ""},
      {"", ""},
      {"  ", ""},
      {"<", "<"},
      {"<1@x.test> (added by mail.example)", "1@x.test"},
      {"(a (nested \\) one)) <1@x.test>\t(b)", "1@x.test"},
      {"1@x.test (b)", "1@x.test (b)"},
      {"<1@x.test> (never ends", "<1@x.test> (never ends"},
      {"<1@x.test> <2@x.test>", "<1@x.test> <2@x.test>"},
      {"<(1)@x.test>", "(1)@x.test"},
      {"(only)", ""},
      {"(", "("},
      {"(\\", "(\\"},
  };
  for (const auto& c : cases) EXPECT_EQ(bare_message_id(c.given), c.bare) << c.given;
  EXPECT_EQ(rfc5322_prefix("<1@x.test>"), rfc5322_prefix("1@x.test"));
}

TEST(KeysTest, MessagesOfOneRfc5322IdSortNewestFirst) {
  const std::string older = "0123456789abcdef";
  const std::string newer = "0123456789abcdeg";
  EXPECT_LT(rfc5322_key("1@x.test", newer), rfc5322_key("1@x.test", older));
  EXPECT_EQ(message_id_of_rfc5322_key(rfc5322_key("1@x.test", older)), older);
}

TEST(KeysTest, HoursOfADomainSortAscendingAndApartFromOtherDomains) {
  EXPECT_LT(counters_key("x.test", 5), counters_key("x.test", 256));
  EXPECT_LT(counters_key("x.test", kMost >> 32), counters_key("x.test.a", 0));
  EXPECT_EQ(counters_hour(counters_key("x.test", 491'213)), 491'213u);
  EXPECT_EQ(hour_of(1'772'366'399'999'999'999), 492'323u);
  EXPECT_EQ(hour_of(1'772'366'400'000'000'000), 492'324u);
}

}  // namespace
}  // namespace waybill::projector
