#include "app/roles/relay_role.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

TEST(RelayRoleTest, SessionsLeaveTheRestOfTheProcessItsDescriptors) {
  EXPECT_EQ(sessions_within(1000, 1'048'576), 1000u);
  EXPECT_EQ(sessions_within(1000, 4768), 1000u);
  EXPECT_EQ(sessions_within(1000, 4767), 999u);
  EXPECT_EQ(sessions_within(1000, 1024), 64u);
  EXPECT_EQ(sessions_within(1000, 772), 1u);
  EXPECT_EQ(sessions_within(1000, 771), 0u);
  EXPECT_EQ(sessions_within(1000, 10), 0u);
}

}  // namespace
}  // namespace waybill::app
