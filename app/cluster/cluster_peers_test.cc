#include "app/cluster/cluster_peers.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

class Board final : public ingest::NodeBoard {
 public:
  void announce(const ingest::NodeState&) override {}
  std::vector<ingest::NodeState> nodes() const override { return nodes_; }

  void add(const std::string& name, std::uint64_t lag, bool failed = false,
           const std::string& address = "https://node.example") {
    auto& node = nodes_.emplace_back();
    node.set_node(name);
    node.set_address(address);
    auto& partition = *node.add_partitions();
    partition.set_partition(3);
    partition.set_lag(lag);
    partition.set_failed(failed);
  }

 private:
  std::vector<ingest::NodeState> nodes_;
};

std::string owners(const Board& board, std::uint32_t partition, Choice choice) {
  std::string out;
  for (const auto& one : owners_of(board, partition, "self", choice)) out += one.node() + " ";
  return out;
}

TEST(ClusterPeersTest, EveryOwnerMayBeAskedTheOneWithTheLeastLagFirst) {
  Board board;
  board.add("a", 7);
  board.add("b", 0);
  board.add("c", 0);
  board.add("failed", 0, true);
  board.add("plain", 0, false, "http://10.0.0.1:8026");
  board.add("self", 0);
  EXPECT_EQ(owners(board, 3, Choice::least_behind), "b c a ");
  EXPECT_EQ(owners(board, 3, Choice::the_same_for_all), "a b c ");
  EXPECT_EQ(owners(board, 4, Choice::least_behind), "");
}

}  // namespace
}  // namespace waybill::app
