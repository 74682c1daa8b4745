#include "tools/doctor/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using ingest::ClusterState;
using ingest::PartitionState;
using ingest::TopicPlan;
using runtime::Errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using tests::lines_of;

BrokerFacts broker(std::uint32_t brokers) {
  BrokerFacts facts{"k:9092", 3, ClusterState{}, 12ms};
  facts.state->brokers = brokers;
  return facts;
}

TEST(DoctorBrokerTest, SaysHowManyAnsweredAndHowSoon) {
  EXPECT_THAT(lines_of(judge_broker(broker(3))),
              ElementsAre("fine k:9092: 3 brokers, answered in 12 ms"));
}

TEST(DoctorBrokerTest, FewerBrokersThanCopiesIsAWarning) {
  EXPECT_THAT(lines_of(judge_broker(broker(2))),
              ElementsAre(StartsWith("warning k:9092: 2 brokers, answered in 12 ms; "
                                     "kafka.replication = 3 wants as many")));
}

TEST(DoctorBrokerTest, ASlowAnswerIsAWarning) {
  BrokerFacts facts = broker(3);
  facts.took = 2500ms;
  EXPECT_THAT(lines_of(judge_broker(facts)),
              ElementsAre("warning k:9092: 3 brokers, answered in 2 s, which is slow"));
}

TEST(DoctorBrokerTest, ABrokerThatIsAwayIsWrongAndOneThatForbidsIsNotSeen) {
  for (const auto& [code, expected] : {std::pair(Errc::unreachable, "wrong k:9092: it is away"),
                                       std::pair(Errc::timeout, "wrong k:9092: it is away"),
                                       std::pair(Errc::invalid, "unseen k:9092: ")}) {
    BrokerFacts facts = broker(0);
    facts.state = runtime::Failure{code, "it is away"};
    EXPECT_THAT(lines_of(judge_broker(facts)), ElementsAre(StartsWith(expected)));
  }
}

class DoctorTopicsTest : public testing::Test {
 protected:
  DoctorTopicsTest() {
    auto& topic = state_.topics["t"];
    topic.partitions.assign(3, {3, 3, true});
    topic.config = plan_.config;
    topic.config["segment.bytes"] = "1";  // nothing that is planned
  }
  PartitionState& partition(std::size_t i) { return state_.topics["t"].partitions[i]; }
  std::vector<std::string> lines() const { return lines_of(judge_topics({plan_}, state_)); }

  TopicPlan plan_{"t", 3, 3, {{"retention.ms", "-1"}, {"min.insync.replicas", "2"}}};
  ClusterState state_;
};

TEST_F(DoctorTopicsTest, ATopicAsPlannedIsFine) {
  EXPECT_THAT(lines(), ElementsAre("fine t: 3 partitions, 3 copies, all in sync"));
}

TEST_F(DoctorTopicsTest, AMissingTopicIsWrong) {
  state_.topics.clear();
  EXPECT_THAT(lines(), ElementsAre("wrong t: there is no such topic"));
}

TEST_F(DoctorTopicsTest, AnotherNumberOfPartitionsIsWrong) {
  plan_.partitions = 4;
  EXPECT_THAT(lines(), ElementsAre(StartsWith(
                           "wrong t: has 3 partitions, and the configuration says 4: keys would")));
  plan_.partitions = 1;
  EXPECT_THAT(lines(), ElementsAre(StartsWith("wrong t: has 3 partitions and must have one")));
}

TEST_F(DoctorTopicsTest, ASettingThatDiffersIsNamedWithBothValuesAndItsHarm) {
  state_.topics["t"].config["retention.ms"] = "604800000";
  EXPECT_THAT(
      lines(),
      ElementsAre("warning t: retention.ms is 604800000, ought to be -1: what is older goes "
                  "from the log, and no view can be rebuilt from it"));
}

TEST_F(DoctorTopicsTest, APartitionWithoutLeaderIsToldOnce) {
  partition(1) = {3, 0, false};
  EXPECT_THAT(lines(),
              ElementsAre("wrong t: partition 1 has no leader: nothing is read there or written"));
}

TEST_F(DoctorTopicsTest, FewerInSyncThanTheTopicAsksForTakeNothing) {
  partition(0).in_sync = 1;
  partition(1).in_sync = 1;
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("wrong t: partitions 0, 1 have fewer copies in sync "
                                             "than min.insync.replicas = 2")));
}

TEST_F(DoctorTopicsTest, ACopyThatIsBehindIsAWarning) {
  partition(2).in_sync = 2;
  EXPECT_THAT(lines(), ElementsAre("warning t: partition 2 has copies that are not in sync"));
}

TEST_F(DoctorTopicsTest, FewerCopiesThanPlannedIsAWarning) {
  for (std::size_t i = 0; i < 3; ++i) partition(i) = {2, 2, true};
  EXPECT_THAT(
      lines(),
      ElementsAre("warning t: partitions 0-2 have fewer copies than kafka.replication = 3"));
}

}  // namespace
}  // namespace waybill::tools::doctor
