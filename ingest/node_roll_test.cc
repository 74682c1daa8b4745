#include "ingest/node_roll.h"

#include <gtest/gtest.h>

namespace waybill::ingest {
namespace {

using runtime::Instant;
using std::chrono::seconds;

class NodeRollTest : public testing::Test {
 protected:
  void hear(const std::string& name, seconds at, std::uint64_t its_clock = 0) {
    NodeState state;
    state.set_node(name);
    state.set_at(its_clock);
    roll_.heard(std::move(state), Instant(at));
  }
  std::string present() const {
    std::string out;
    for (const NodeState& one : roll_.present()) out += one.node() + " ";
    return out;
  }

  NodeRoll roll_;
};

TEST_F(NodeRollTest, ANodeIsThereWhateverItsClockSays) {
  hear("behind", seconds(100), 1);
  hear("ahead", seconds(100), ~std::uint64_t{0});
  EXPECT_EQ(present(), "ahead behind ");
}

TEST_F(NodeRollTest, ANodeIsAwayOnceOthersWereHeardForLongWithoutItHoweverFarAheadItsClockWas) {
  hear("gone", seconds(100), ~std::uint64_t{0});
  hear("here", seconds(115));
  EXPECT_EQ(present(), "gone here ");
  hear("here", seconds(116));
  EXPECT_EQ(present(), "here ");
  hear("gone", seconds(117));
  EXPECT_EQ(present(), "gone here ");
}

TEST_F(NodeRollTest, WhereNobodyIsHeardThoseKnownLastStay) {
  hear("p1", seconds(100));
  hear("p2", seconds(110));
  EXPECT_EQ(present(), "p1 p2 ");
}

}  // namespace
}  // namespace waybill::ingest
