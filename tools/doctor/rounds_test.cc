#include "tools/doctor/rounds.h"

#include <gtest/gtest.h>

#include <future>

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;

Check finds(const std::string& what) {
  return {what, [what] { return std::vector<Group>{{what, {{Severity::fine, what, "", ""}}}}; }};
}

TEST(RoundsTest, GroupsComeInTheOrderOfTheChecks) {
  const Rounds rounds = make_rounds({finds("a"), finds("b"), finds("c")}, 10s);
  EXPECT_TRUE(rounds.all_ended);
  ASSERT_EQ(rounds.groups.size(), 3U);
  EXPECT_EQ(rounds.groups[0].check, "a");
  EXPECT_EQ(rounds.groups[2].check, "c");
}

TEST(RoundsTest, ChecksRunAtOneTime) {
  const auto met = std::make_shared<std::promise<void>>();
  const auto other = met->get_future().share();
  const Check waits = {"waits", [other] {
                         other.wait();
                         return std::vector<Group>{};
                       }};
  const Check comes = {"comes", [met] {
                         met->set_value();
                         return std::vector<Group>{};
                       }};
  EXPECT_TRUE(make_rounds({waits, comes}, 10s).all_ended);
}

TEST(RoundsTest, ACheckThatHangsIsNamedAndNotWaitedFor) {
  const auto end = std::make_shared<std::promise<void>>();
  const Check hangs = {"disk", [end] {
                         end->get_future().wait();
                         return std::vector<Group>{};
                       }};
  const Rounds rounds = make_rounds({finds("a"), hangs}, 50ms);
  EXPECT_FALSE(rounds.all_ended);
  ASSERT_EQ(rounds.groups.size(), 2U);
  EXPECT_EQ(rounds.groups[1].check, "disk");
  ASSERT_EQ(rounds.groups[1].findings.size(), 1U);
  EXPECT_EQ(rounds.groups[1].findings[0].severity, Severity::unseen);
  EXPECT_EQ(rounds.groups[1].findings[0].sentence, "has not ended within 50 ms");
  end->set_value();
}

}  // namespace
}  // namespace waybill::tools::doctor
