#include "relay/policy/judge_body.h"

#include <gtest/gtest.h>

#include "relay/policy/limits.h"

namespace waybill::relay::policy {
namespace {

using returnpath::Decision;
using smtp::BodyFault;
using Kept = BodyFacts::Kept;

std::string word_of(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->rule : "taken";
}

TEST(JudgeBodyTest, TheFirstThingThatStandsAgainstABodyIsItsVerdict) {
  const int many = kMaxReceivedHeaders + 1;
  const struct {
    const char* verdict;
    BodyFacts facts;
  } cases[] = {
      {"bare-line-end", {BodyFault::bare_line_end, Kept::in_part, many}},
      {"message-size", {BodyFault::too_large, Kept::in_part, many}},
      {"spool", {BodyFault::none, Kept::in_part, many}},
      {"header-begins-blank", {BodyFault::none, Kept::whole, many, true}},
      {"spool", {BodyFault::none, Kept::in_part, many, true}},
      {"hop-count", {BodyFault::none, Kept::whole, many}},
      {"taken", {BodyFault::none, Kept::whole, kMaxReceivedHeaders}},
  };
  for (const auto& c : cases) EXPECT_EQ(word_of(judge_body(c.facts)), c.verdict);
}

TEST(JudgeFromTest, AMessageThatHidesItsAuthorIsRefusedWhereDmarcIsEnforced) {
  using trust::From;
  const auto sender = *schemas::Address::parse("ann@a.test");
  for (const From from : {From::missing, From::repeated, From::unreadable}) {
    EXPECT_EQ(word_of(judge_from(from, sender, DmarcEnforced::yes)), "from-field");
    EXPECT_EQ(word_of(judge_from(from, std::nullopt, DmarcEnforced::yes)), "from-field");
    EXPECT_EQ(word_of(judge_from(from, sender, DmarcEnforced::no)), "taken");
  }
  EXPECT_EQ(word_of(judge_from(From::readable, sender, DmarcEnforced::yes)), "taken");
  EXPECT_EQ(word_of(judge_from(From::without_domain, sender, DmarcEnforced::yes)), "from-field");
  EXPECT_EQ(word_of(judge_from(From::without_domain, std::nullopt, DmarcEnforced::yes)), "taken")
      << "a report of MAILER-DAEMON";
}

TEST(JudgeDmarcTest, OnlyAFailureThatTheAuthorWantsRejectedAndADomainGrantsIsRefused) {
  using trust::dmarc::DmarcCode;
  using trust::dmarc::Policy;
  const struct {
    const char* verdict;
    DmarcCode code;
    Policy policy;
    DmarcEnforced enforced;
  } cases[] = {
      {"dmarc", DmarcCode::fail, Policy::reject, DmarcEnforced::yes},
      {"taken", DmarcCode::fail, Policy::reject, DmarcEnforced::no},
      {"taken", DmarcCode::fail, Policy::quarantine, DmarcEnforced::yes},
      {"taken", DmarcCode::fail, Policy::none, DmarcEnforced::yes},
      {"taken", DmarcCode::pass, Policy::reject, DmarcEnforced::yes},
      {"taken", DmarcCode::permerror, Policy::none, DmarcEnforced::yes},
      {"dmarc-unsure", DmarcCode::temperror, Policy::reject, DmarcEnforced::yes},
      {"taken", DmarcCode::temperror, Policy::reject, DmarcEnforced::no},
      {"taken", DmarcCode::temperror, Policy::quarantine, DmarcEnforced::yes},
  };
  for (const auto& c : cases) {
    trust::dmarc::DmarcResult result;
    result.code = c.code;
    result.policy = c.policy;
    result.author = "bank.test";
    const auto refusal = judge_dmarc(result, c.enforced);
    EXPECT_EQ(word_of(refusal), c.verdict);
    if (!refusal) continue;
    EXPECT_NE(refusal->reply.text.find("bank.test"), std::string::npos);
  }
}

TEST(JudgeReportTest, ANewReportBeyondTheLimitIsRefusedAndAKnownOneIsNot) {
  schemas::ReturnPath path;
  path.reports.resize(kReportsPerReturnPath);
  EXPECT_EQ(word_of(judge_report(path, nullptr)), "return-path-used-up");
  EXPECT_EQ(word_of(judge_report(path, &path.reports.front())), "taken");
  path.reports.pop_back();
  EXPECT_EQ(word_of(judge_report(path, nullptr)), "taken");
}

TEST(RuleOfDecisionTest, LatenessIsSaidFirst) {
  Decision decision;
  decision.kind = Decision::Kind::hold;
  EXPECT_EQ(rule_of(decision), Rule::report_held);
  decision.kind = Decision::Kind::absorb;
  EXPECT_EQ(rule_of(decision), Rule::report_absorbed);
  decision.late = true;
  EXPECT_EQ(rule_of(decision), Rule::report_late);
}

}  // namespace
}  // namespace waybill::relay::policy
