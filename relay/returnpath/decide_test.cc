#include "relay/returnpath/decide.h"

#include <gtest/gtest.h>

#include "tests/support/return_path.h"
#include "tests/support/routes.h"

namespace waybill::relay::returnpath {
namespace {

using report::ReportClass;
using schemas::ReportsTo;
using schemas::ReturnPath;
using tests::target;
using Kind = Decision::Kind;

const runtime::WallTime kAccepted{std::chrono::hours(1000)};

ReturnPath path() {
  ReturnPath out = tests::return_path();
  out.accepted_at = kAccepted;
  return out;
}

report::ReportFacts facts(ReportClass kind) {
  report::ReportFacts out;
  out.kind = kind;
  return out;
}

TEST(DecideTest, WhoAskedForWhatIsTold) {
  const struct {
    ReportClass kind;
    std::string notify;
    Kind decision;
  } cases[] = {
      {ReportClass::hard, "", Kind::hand_on},
      {ReportClass::soft, "", Kind::hand_on},
      {ReportClass::unrecognised, "", Kind::hand_on},
      {ReportClass::hard, "FAILURE", Kind::hand_on},
      {ReportClass::hard, "SUCCESS,FAILURE,DELAY", Kind::hand_on},
      {ReportClass::hard, "SUCCESS", Kind::hold},
      {ReportClass::hard, "NEVER", Kind::hold},
      {ReportClass::delayed, "", Kind::hold},
      {ReportClass::delayed, "DELAY", Kind::hand_on},
      {ReportClass::delivered, "", Kind::hold},
      {ReportClass::delivered, "SUCCESS", Kind::hand_on},
      {ReportClass::relayed, "SUCCESS,FAILURE", Kind::hand_on},
      {ReportClass::expanded, "FAILURE", Kind::hold},
      {ReportClass::complaint, "SUCCESS,FAILURE,DELAY", Kind::hold},
      {ReportClass::auto_reply, "", Kind::hold},
  };
  for (const auto& c : cases) {
    ReturnPath to = path();
    to.dsn.notify = c.notify;
    const Decision decision = decide(to, facts(c.kind), {}, kAccepted);
    EXPECT_EQ(decision.kind, c.decision) << report::name_of(c.kind) << " NOTIFY=" << c.notify;
    EXPECT_FALSE(decision.reason.empty());
    EXPECT_EQ(decision.to.has_value(), c.decision == Kind::hand_on);
  }
}

TEST(DecideTest, AnotherEnvelopeIdIsToldAndChangesNothing) {
  ReturnPath to = path();
  to.dsn.envid = "QQ+2B1";
  report::ReportFacts said = facts(ReportClass::hard);
  for (const char* same : {"QQ+1", "QQ+2B1", ""}) {
    said.original_envelope_id = same;
    EXPECT_EQ(decide(to, said, {}, kAccepted).reason.find("envelope id"), std::string::npos)
        << same;
  }
  said.original_envelope_id = "other";
  const Decision decision = decide(to, said, {}, kAccepted);
  EXPECT_NE(decision.reason.find("envelope id"), std::string::npos);
  EXPECT_EQ(decision.kind, Kind::hand_on);
}

TEST(DecideTest, AnotherOriginalRecipientIsToldAndChangesNothing) {
  ReturnPath to = path();
  to.dsn.orcpt = "rfc822;buzz+2Bx@b.example";
  report::ReportFacts said = facts(ReportClass::hard);
  said.recipients.resize(1);
  for (const char* same : {"buzz+x@b.example", "Buzz+X@B.Example", "buzz+2Bx@b.example", ""}) {
    said.recipients[0].original_recipient = same;
    EXPECT_EQ(decide(to, said, {}, kAccepted).reason.find("recipient"), std::string::npos) << same;
  }
  said.recipients[0].original_recipient = "other@b.example";
  const Decision decision = decide(to, said, {}, kAccepted);
  EXPECT_NE(decision.reason.find("original recipient"), std::string::npos);
  EXPECT_EQ(decision.kind, Kind::hand_on);
}

// I6.
TEST(DecideTest, NobodyUnverifiedIsTold) {
  ReturnPath to = path();
  to.verified = false;
  to.reason = "SPF said none";
  for (int kind = 0; kind <= static_cast<int>(ReportClass::auto_reply); ++kind) {
    to.dsn.notify = "SUCCESS,FAILURE,DELAY";
    const Decision decision = decide(to, facts(static_cast<ReportClass>(kind)), {}, kAccepted);
    EXPECT_EQ(decision.kind, Kind::hold) << kind;
    EXPECT_FALSE(decision.to);
  }
  const Decision decision = decide(path(), facts(ReportClass::hard), {}, kAccepted);
  EXPECT_EQ(decision.to->text(), "ann@origin.test");
}

TEST(DecideTest, AMessageWithoutSenderGoesNowhere) {
  ReturnPath to = path();
  to.sender.clear();
  EXPECT_EQ(decide(to, facts(ReportClass::hard), {}, kAccepted).kind, Kind::hold);
}

TEST(DecideTest, TheWindowCloses) {
  const ReportPolicy policy{{}, true, std::chrono::hours(72)};
  const auto end = kAccepted + std::chrono::hours(72);
  EXPECT_EQ(decide(path(), facts(ReportClass::hard), policy, end).kind, Kind::hand_on);
  const Decision late =
      decide(path(), facts(ReportClass::hard), policy, end + std::chrono::nanoseconds(1));
  EXPECT_EQ(late.kind, Kind::hold);
  EXPECT_TRUE(late.late);
}

TEST(DecideTest, TheRouteDecidesWhomToTell) {
  ReportPolicy policy;
  policy.to = {ReportsTo::Whom::nobody};
  EXPECT_EQ(decide(path(), facts(ReportClass::hard), policy, kAccepted).kind, Kind::absorb);

  policy.to = {ReportsTo::Whom::owner, target("owner@else.test")};
  ReturnPath unverified = path();
  unverified.verified = false;
  unverified.dsn.notify = "NEVER";
  const Decision owner = decide(unverified, facts(ReportClass::hard), policy, kAccepted);
  EXPECT_EQ(owner.kind, Kind::hand_on) << "the owner is the operator's own word";
  EXPECT_EQ(owner.to->text(), "owner@else.test");
}

TEST(DecideTest, TheSameReportIsFoundAgain) {
  ReturnPath to = path();
  to.reports = {{{}, std::string(32, 'a'), true}, {{}, std::string(32, 'b'), false}};
  ASSERT_NE(find_earlier(to, std::string(32, 'b')), nullptr);
  EXPECT_FALSE(find_earlier(to, std::string(32, 'b'))->done);
  EXPECT_TRUE(find_earlier(to, std::string(32, 'a'))->done);
  EXPECT_EQ(find_earlier(to, std::string(32, 'c')), nullptr);
}

}  // namespace
}  // namespace waybill::relay::returnpath
