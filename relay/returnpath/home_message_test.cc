#include "relay/returnpath/home_message.h"

#include <gtest/gtest.h>

#include "relay/returnpath/report/read_report.h"

namespace waybill::relay::returnpath {
namespace {

using report::ReportClass;

constexpr std::string_view kHost = "mx.example.org";

class HomeMessageTest : public ::testing::Test {
 protected:
  HomeMessageTest() {
    path_.message = *schemas::MessageId::parse("019ca945-0a51-746b-b201-65eec91e6344");
    path_.alias = "buzz@example.org";
    path_.domain = "example.org";
    path_.sender = "ann@origin.test";
    path_.target = "hidden.person@target.test:2525";
    path_.rfc5322_message_id = "<1@origin.test>";
    path_.accepted_at = runtime::WallTime(std::chrono::seconds(1'772'366'400));
    facts_.kind = ReportClass::hard;
    facts_.reporting_mta = "bridge.target.test";
    report::RecipientFacts failed;
    failed.final_recipient = "hidden.person@target.test";
    failed.action = "failed";
    failed.status = "5.1.1";
    failed.remote_mta = "store7.inside.target.test";
    failed.diagnostic_code =
        "smtp; 550 5.1.1 <hidden.person@target.test>: user unknown at store7.inside.target.test";
    failed.kind = ReportClass::hard;
    facts_.recipients.push_back(failed);
    facts_.returned.emplace();
    facts_.returned->header =
        "Received: from mx.example.org by bridge.target.test; Sun, 1 Mar 2026 12:00:02 +0000\n"
        "Authentication-Results: mx.example.org; spf=pass\n"
        "Received: from client.origin.test (client.origin.test [192.0.2.1])\n"
        "\tby mx.example.org with ESMTP id 019ca945-0a51-746b-b201-65eec91e6344;\n"
        "\tSun, 01 Mar 2026 12:00:00 +0000\n"
        "Received: by client.origin.test; Sun, 1 Mar 2026 11:59:59 +0000\n"
        "From: Ann <ann@origin.test>\n"
        "Subject: Hello\n";
  }

  std::string written() {
    return write_home(path_, facts_, policy_, "ann@origin.test", kHost, "2@mx.example.org",
                      path_.accepted_at)
        .text;
  }

  schemas::ReturnPath path_;
  report::ReportFacts facts_;
  ReportPolicy policy_;
};

TEST_F(HomeMessageTest, NamesTheAliasAndNeverTheTarget) {
  const std::string text = written();
  const report::ReportFacts read = report::read_report(text);
  ASSERT_EQ(read.recipients.size(), 1U);
  EXPECT_EQ(read.kind, ReportClass::hard);
  EXPECT_EQ(read.recipients[0].final_recipient, "buzz@example.org");
  EXPECT_EQ(read.recipients[0].status, "5.1.1");
  EXPECT_EQ(read.reporting_mta, kHost);
  EXPECT_NE(text.find("user unknown"), std::string::npos);
  EXPECT_NE(text.find("Auto-Submitted: auto-replied"), std::string::npos);
  for (const char* hidden : {"hidden.person", "target.test", "store7", "bridge"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
  }
}

TEST_F(HomeMessageTest, WhatServersAddedAtTheEndOfTheHeaderStaysHidden) {
  facts_.returned->header +=
      "To: Buzz <buzz@example.org>\n"
      "Content-Type: text/plain\n"
      "X-Envelope-To: hidden.person@target.test\n"
      "Delivered-To: person-47\n"
      "Cc: hidden.person@target.test, carl@origin.test\n";
  const std::string text = written();
  for (const char* hidden : {"hidden.person", "target.test", "person-47", "X-Envelope-To"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
  }
  for (const char* shown : {"To: Buzz <buzz@example.org>", "Content-Type: text/plain",
                            "Cc: [address], carl@origin.test", "Subject: Hello"}) {
    EXPECT_NE(text.find(shown), std::string::npos) << shown;
  }
  policy_.redact = false;
  EXPECT_NE(written().find("X-Envelope-To: hidden.person@target.test"), std::string::npos);
}

// A server may add any field, by any name.
TEST_F(HomeMessageTest, AFieldThatNobodyKnowsIsKeptWhereItNamesNobody) {
  path_.target = "rob.hidden@secret.test";
  const std::string before = facts_.returned->header;
  for (const std::string field :
       {"X-Scanned-By: mx7.hoster.test [203.0.113.9]", "X-Mailbox: rob.hidden", "X-Ip: 203.0.113.9",
        "X-Encoded: rob.hidden%40secret.test", "X-Path: l-rob.hidden=secret.test@lists.test",
        "X-Other-Code: cm9iLmhpZGRlbkBzZWNyZXQudGVzdA==", "X-Ip: IPv6:2001:db8::9",
        "X-Spam-Checker-Version: SpamAssassin 4 on mx7.hoster.test", "X-Customer: secret",
        "X-Folder: =?utf-8?q?rob=2Ehidden?=", "Received-SPF: pass client-ip=203.0.113.9",
        "Authentication-Results: mx7.hoster.test; spf=pass", "DKIM-Signature: v=1; d=hoster.test",
        "Received: from us by mx7.hoster.test", "X-Note:\n\tto mx7.hoster.test",
        "X-Hop: mx7.hoster.test:25", "X-Hop: tcp:203.0.113.9", "X-Hop: mx.a.xn--p1ai",
        "X-Secret-Id: 7"}) {
    facts_.returned->header = before + field + "\n";
    EXPECT_EQ(written().find(field), std::string::npos) << field;
  }
  for (const std::string field :
       {"X-Campaign: spring sale 2026", "X-Mailer: Mailer 4.1.2", "X-Priority: 3 (Normal)",
        "List-Unsubscribe: <https://lists.origin.test/u/4711>", "Message-ID: <2@mail.origin.test>",
        "X-Spam-Score: -1.4"}) {
    facts_.returned->header = before + field + "\n";
    EXPECT_NE(written().find(field), std::string::npos) << field;
  }
}

TEST_F(HomeMessageTest, HasTheHeaderAsTheSenderWroteIt) {
  const std::string text = written();
  EXPECT_NE(text.find("Received: by client.origin.test;"), std::string::npos);
  EXPECT_NE(text.find("Subject: Hello"), std::string::npos);
  EXPECT_EQ(text.find("Authentication-Results"), std::string::npos);
  EXPECT_EQ(text.find("client.origin.test [192.0.2.1]"), std::string::npos);
}

TEST_F(HomeMessageTest, WithoutOurTraceOnlyWhatWeKnowOurselvesGoesHome) {
  facts_.returned->header = "Received: by bridge.target.test\nX-Route: hidden.person@target.test\n";
  const std::string text = written();
  EXPECT_EQ(text.find("target.test"), std::string::npos);
  EXPECT_NE(text.find("Message-ID: <1@origin.test>"), std::string::npos);
}

TEST_F(HomeMessageTest, UnredactedItTellsTheTargetsWords) {
  policy_.redact = false;
  const report::ReportFacts read = report::read_report(written());
  ASSERT_EQ(read.recipients.size(), 1U);
  EXPECT_EQ(read.recipients[0].remote_mta, "store7.inside.target.test");
  EXPECT_EQ(read.recipients[0].diagnostic_code, facts_.recipients[0].diagnostic_code);
}

TEST_F(HomeMessageTest, WhatIsNotUnderstoodIsToldAsThatAndNothingElse) {
  facts_.kind = ReportClass::unrecognised;
  facts_.recipients[0].kind = ReportClass::unrecognised;
  const std::string text = written();
  EXPECT_NE(text.find("not understood"), std::string::npos);
  EXPECT_NE(text.find("buzz@example.org"), std::string::npos);
  EXPECT_NE(text.find("its subject: Hello"), std::string::npos);
  EXPECT_NE(text.find("Content-Type: text/plain"), std::string::npos);
  for (const char* word : {"failed", "Action:", "Status:", "5.0.0", "5.1.1", "not be delivered",
                           "hidden.person", "target.test", "multipart/report"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  }
}

TEST_F(HomeMessageTest, EnvidAndOrcptGoHomeDecoded) {
  path_.dsn.envid = "QQ+2B314";
  path_.dsn.orcpt = "rfc822;buzz+2Bz@origin.test";
  const std::string text = written();
  EXPECT_NE(text.find("Original-Envelope-Id: QQ+314\r\n"), std::string::npos);
  EXPECT_NE(text.find("Original-Recipient: rfc822; buzz+z@origin.test\r\n"), std::string::npos);
  path_.dsn.envid = "x+0D+0AStatus:2";
  EXPECT_EQ(written().find("Original-Envelope-Id"), std::string::npos);
}

TEST_F(HomeMessageTest, AStatusIsToldInWords) {
  EXPECT_NE(written().find("5.1.1 means: There is no such mailbox there.\r\n"), std::string::npos);
}

TEST_F(HomeMessageTest, TheWordsTellMoreThanAGeneralStatus) {
  const struct {
    std::string status;
    std::string diagnostic;
    std::string home;
  } cases[] = {
      {"5.0.0", "smtp; 550 5.1.1 user unknown", "5.1.1"},
      {"5.0.0", "smtp; 450 4.2.1 mailbox busy", "5.0.0"},
      {"5.0.0", "smtp; user unknown", "5.1.1"},
      {"5.0.0", "smtp; something else", "5.0.0"},
      {"5.2.2", "smtp; 550 5.1.1 user unknown", "5.2.2"},
  };
  for (const auto& c : cases) {
    facts_.recipients[0].status = c.status;
    facts_.recipients[0].diagnostic_code = c.diagnostic;
    EXPECT_EQ(report::read_report(written()).recipients[0].status, c.home) << c.diagnostic;
  }
}

TEST_F(HomeMessageTest, ActionAndStatusFitTheClass) {
  const struct {
    ReportClass kind;
    std::string action;
    std::string status;
  } cases[] = {
      {ReportClass::hard, "failed", "5.0.0"},     {ReportClass::soft, "failed", "4.4.7"},
      {ReportClass::delayed, "delayed", "4.0.0"}, {ReportClass::delivered, "delivered", "2.0.0"},
      {ReportClass::relayed, "relayed", "2.0.0"}, {ReportClass::expanded, "expanded", "2.0.0"},
  };
  for (const auto& c : cases) {
    facts_ = {};
    facts_.kind = c.kind;
    const report::ReportFacts read = report::read_report(written());
    ASSERT_EQ(read.recipients.size(), 1U);
    EXPECT_EQ(read.recipients[0].action, c.action);
    EXPECT_EQ(read.recipients[0].status, c.status);
  }
}

TEST(AsTheSenderWroteTest, OurFieldIsKnownByHostAndId) {
  const std::string id = "019ca945-0a51-746b-b201-65eec91e6344";
  const std::string ours = "Received: from a by mx.example.org with ESMTP id " + id + "; x\n";
  EXPECT_EQ(as_the_sender_wrote("X: y\n" + ours + "From: a\n", kHost, id), "From: a\n");
  EXPECT_EQ(as_the_sender_wrote("received: from a\n\tby mx.example.org\n id " + id + "\nA: b\n",
                                kHost, id),
            "A: b\n");
  EXPECT_EQ(
      as_the_sender_wrote("Received: from a by mx.other.org id " + id + "\nA: b\n", kHost, id), "");
  EXPECT_EQ(as_the_sender_wrote("Subject: " + ours + "A: b\n", kHost, id), "");
  EXPECT_EQ(as_the_sender_wrote("", kHost, id), "");
}

}  // namespace
}  // namespace waybill::relay::returnpath
