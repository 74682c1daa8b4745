#include "relay/forward/hop_budget.h"

#include <gtest/gtest.h>

#include <vector>

namespace waybill::relay::forward {
namespace {

runtime::Endpoint hop(std::uint16_t port) {
  return {boost::asio::ip::make_address("192.0.2.1"), port};
}

TEST(HopBudgetTest, ConnectionsToOneHopAreBounded) {
  HopBudget budget(10, 2);
  auto one = budget.try_take(hop(25));
  auto two = budget.try_take(hop(25));
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(budget.try_take(hop(25)));
  EXPECT_TRUE(budget.try_take(hop(587))) << "another hop";
  one.reset();
  EXPECT_TRUE(budget.try_take(hop(25)));
}

TEST(HopBudgetTest, ConnectionsInAllAreBounded) {
  HopBudget budget(3, 2);
  std::vector<HopBudget::Held> held;
  for (std::uint16_t port = 1; port <= 3; ++port) held.push_back(*budget.try_take(hop(port)));
  EXPECT_FALSE(budget.try_take(hop(4)));
  EXPECT_EQ(budget.taken(), 3u);
  held.pop_back();
  EXPECT_EQ(budget.taken(), 2u);
  EXPECT_TRUE(budget.try_take(hop(4)));
}

TEST(HopBudgetTest, LeaveThatMovesIsGivenBackOnce) {
  HopBudget budget(1, 1);
  {
    HopBudget::Held held = *budget.try_take(hop(25));
    const HopBudget::Held moved = std::move(held);
    EXPECT_EQ(budget.taken(), 1u);
  }
  EXPECT_EQ(budget.taken(), 0u);
}

}  // namespace
}  // namespace waybill::relay::forward
