#include "tools/doctor/nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/event.h"
#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using ingest::NodeWord;
using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;
using tests::lines_of;

constexpr runtime::WallTime kNodesNow{1'800'000'000s};

NodeWord relay(const std::string& name) {
  NodeWord out;
  out.state.set_node(name);
  out.state.set_version("1");
  out.state.set_at(schemas::nanoseconds(kNodesNow));
  out.heard = true;
  out.read = kNodesNow;
  return out;
}

NodeWord projector(const std::string& name, const std::vector<std::uint32_t>& partitions) {
  NodeWord out = relay(name);
  for (const std::uint32_t one : partitions) {
    auto& partition = *out.state.add_partitions();
    partition.set_partition(one);
    partition.set_lag(1);
  }
  return out;
}

NodeWord silent(NodeWord node, runtime::Duration since) {
  node.heard = false;
  node.state.set_at(schemas::nanoseconds(kNodesNow - since));
  return node;
}

std::vector<std::string> lines(const std::vector<NodeWord>& nodes, std::uint32_t partitions = 2) {
  return lines_of(judge_nodes(nodes, partitions, kNodesNow));
}

TEST(DoctorNodesTest, ARelayAndOwnersOfAllPartitionsAreFine) {
  EXPECT_THAT(lines({relay("mx1"), projector("p1", {0}), projector("p2", {1})}),
              ElementsAre("fine mx1: relay, 0 events not yet in the log",
                          "fine p1: has partition 0, 1 record behind the log",
                          "fine p2: has partition 1, 1 record behind the log"));
}

TEST(DoctorNodesTest, PartitionsThatNobodyHasAreWrong) {
  EXPECT_THAT(lines({relay("mx1"), projector("p1", {1})}, 4),
              Contains(StartsWith("wrong owners: nobody has partitions 0, 2, 3: no history")));
}

TEST(DoctorNodesTest, APartitionWithTwoOwnersIsANote) {
  EXPECT_THAT(
      lines({relay("mx1"), projector("p1", {0, 1}), projector("p2", {1})}),
      Contains("note owners: partition 1 is with more than one node, of which one is asked"));
}

TEST(DoctorNodesTest, WhatASilentNodeHadIsWithoutOwner) {
  const auto said = lines({relay("mx1"), silent(projector("p1", {0, 1}), 10min)});
  EXPECT_THAT(said, ElementsAre("fine mx1: relay, 0 events not yet in the log",
                                "warning p1: a projector that was last heard of 10 min ago",
                                StartsWith("wrong owners: nobody has partitions 0, 1")));
}

TEST(DoctorNodesTest, ANodeThatWasSilentForADayIsANote) {
  EXPECT_THAT(lines({relay("mx1"), projector("p1", {0, 1}), silent(relay("mx0"), 25h)}),
              Contains("note mx0: a relay that was last heard of 1 d ago"));
}

TEST(DoctorNodesTest, ANodeThatJustPausedIsThere) {
  EXPECT_THAT(lines({relay("mx1"), silent(projector("p1", {0, 1}), 10s)}),
              ElementsAre(StartsWith("fine mx1"), StartsWith("fine p1")));
}

TEST(DoctorNodesTest, LagAndBacklogAboveTheLimitAreWarnings) {
  NodeWord mx = relay("mx1");
  NodeWord p = projector("p1", {0, 1});
  mx.state.set_backlog(kMostBehind);
  p.state.mutable_partitions(0)->set_lag(kMostBehind - 1);
  EXPECT_THAT(lines({mx, p}), ElementsAre(StartsWith("fine mx1"), StartsWith("fine p1")));
  mx.state.set_backlog(kMostBehind + 1);
  p.state.mutable_partitions(0)->set_lag(kMostBehind);
  EXPECT_THAT(lines({mx, p}),
              ElementsAre("warning mx1: relay, 100001 events not yet in the log",
                          "warning p1: has partitions 0, 1, 100001 records behind the log"));
}

TEST(DoctorNodesTest, AFailedPartitionIsWrong) {
  NodeWord p = projector("p1", {0, 1});
  p.state.mutable_partitions(1)->set_failed(true);
  EXPECT_THAT(lines({relay("mx1"), p}),
              Contains("wrong p1: does not fold partition 1 any more: history stands still"));
}

TEST(DoctorNodesTest, AClockThatIsWrongIsSeenInEitherDirectionAndItsNodeIsThere) {
  NodeWord ahead = relay("mx1");
  ahead.state.set_at(schemas::nanoseconds(kNodesNow + 6s));
  NodeWord behind = projector("p1", {0, 1});
  behind.state.set_at(schemas::nanoseconds(kNodesNow - 2h));
  EXPECT_THAT(
      lines({ahead, behind}),
      ElementsAre(StartsWith("fine mx1"), "warning mx1: its clock is 6 s ahead of this machine's",
                  StartsWith("fine p1"), "warning p1: its clock is 2 h behind this machine's"));
  ahead.state.set_at(schemas::nanoseconds(kNodesNow + 4s));
  EXPECT_THAT(lines({ahead}, 0), ElementsAre(StartsWith("fine mx1")));
}

TEST(DoctorNodesTest, WithoutARelayNoMailIsTaken) {
  EXPECT_THAT(lines({projector("p1", {0, 1}), silent(relay("mx1"), 25h)}),
              Contains("warning relays: none is heard of: mail is taken nowhere"));
}

TEST(DoctorNodesTest, DifferentVersionsAreANote) {
  NodeWord other = projector("p1", {0, 1});
  other.state.set_version("2");
  EXPECT_THAT(lines({relay("mx1"), other}), Contains("note versions: the nodes run 1 and 2"));
}

}  // namespace
}  // namespace waybill::tools::doctor
