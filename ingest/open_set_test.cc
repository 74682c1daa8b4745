#include "ingest/open_set.h"

#include <gtest/gtest.h>

#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using tests::delivery_id;

std::vector<std::string> ids_of(const OpenSet& open) {
  std::vector<std::string> out;
  for (const OpenDelivery& one : open.all()) out.push_back(one.delivery_id);
  return out;
}

TEST(OpenSetTest, EachTargetIsOpenFromItsAcceptanceToItsOutcome) {
  OpenSet open({});
  auto two = tests::accepted({.message = 1, .delivery = 1});
  tests::add_target(two, 2, "second@mailbox.test");
  open.add(two, 5_seq);
  ASSERT_EQ(open.all().size(), 2u);
  EXPECT_EQ(open.all().front().accepted_seq, 5_seq);
  open.add(tests::forwarded({.message = 1, .delivery = 1}), 6_seq);
  EXPECT_EQ(ids_of(open), std::vector{delivery_id(2).bytes()});
  open.add(tests::in_doubt({.message = 1, .delivery = 2}), 7_seq);
  EXPECT_TRUE(open.all().empty());
}

TEST(OpenSetTest, ARefusalAtRcptAndAReportEndNoAcceptance) {
  OpenSet open({{delivery_id(1).bytes(), 1_seq}});
  open.add(tests::rejected({.delivery = 1}, schemas::pb::VERDICT_BY_POLICY), 2_seq);
  open.add(tests::bounced({.delivery = 1}, schemas::pb::BOUNCE_CLASS_HARD), 3_seq);
  EXPECT_EQ(ids_of(open), std::vector{delivery_id(1).bytes()});
}

}  // namespace
}  // namespace waybill::ingest
