#include "relay/returnpath/report/read_report.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "relay/returnpath/report/mime_parts.h"

namespace waybill::relay::returnpath::report {
namespace {

std::string status_report(const std::string& fields,
                          const std::string& type = "message/delivery-status") {
  return "From: MAILER-DAEMON@relay.example\nTo: b.token@alias.example\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
         "--b\n\nText for people.\n--b\nContent-Type: " +
         type + "\n\n" + fields + "\n--b--\n";
}

std::string prose_report(const std::string& text) {
  return "From: Mail Delivery System <mailer-daemon@relay.example>\nReturn-Path: <>\n"
         "Subject: Mail delivery failed\n\n" +
         text;
}

ReportClass kind_with(const std::string& action_and_status) {
  return read_report(status_report("Final-Recipient: rfc822; a@b.example\n" + action_and_status))
      .kind;
}

TEST(ReadReport, TheClassFollowsActionAndStatus) {
  EXPECT_EQ(kind_with("Action: failed\nStatus: 5.1.1\n"), ReportClass::hard);
  EXPECT_EQ(kind_with("Action: failed\nStatus: 4.4.7\n"), ReportClass::soft);
  EXPECT_EQ(kind_with("Action: delayed\nStatus: 4.0.0\n"), ReportClass::delayed);
  EXPECT_EQ(kind_with("Action: delivered\nStatus: 2.0.0\n"), ReportClass::delivered);
  EXPECT_EQ(kind_with("Action: relayed\nStatus: 2.0.0\n"), ReportClass::relayed);
  EXPECT_EQ(kind_with("Action: expanded\nStatus: 2.0.0\n"), ReportClass::expanded);
  EXPECT_EQ(kind_with("Action: expired\n"), ReportClass::soft);
  EXPECT_EQ(kind_with("Action: deliverable\nStatus: 2.1.5\n"), ReportClass::unrecognised);
  EXPECT_EQ(kind_with("Action: FAILED (at last)\n"), ReportClass::hard);
  EXPECT_EQ(kind_with("Action: failed\nDiagnostic-Code: smtp; 450 later\n"), ReportClass::soft);
}

TEST(ReadReport, TheGravestRecipientGivesTheClass) {
  const ReportFacts facts = read_report(
      status_report("Reporting-MTA: dns; mx.example\nArrival-Date: Mon, 6 Nov 2023 10:00:00 +0100\n"
                    "Original-Envelope-Id: env-1\n\n"
                    "Final-Recipient: rfc822; one@b.example\nAction: delayed\nStatus: 4.0.0\n\n"
                    "Original-Recipient: rfc822; two@a.example\n"
                    "Final-Recipient: rfc822; <two@b.example>\nAction: failed\n"
                    "Status: 5.1.1 (gone)\nRemote-MTA: dns; mx.b.example (192.0.2.1)\n"
                    "Diagnostic-Code: SMTP; 550\n 5.1.1  unknown\n"));
  EXPECT_EQ(facts.kind, ReportClass::hard);
  EXPECT_EQ(facts.reporting_mta, "mx.example");
  EXPECT_EQ(facts.original_envelope_id, "env-1");
  ASSERT_TRUE(facts.arrival_date);
  EXPECT_EQ(facts.arrival_date->time_since_epoch().count(), 1699261200);
  ASSERT_EQ(facts.recipients.size(), 2u);
  const RecipientFacts& two = facts.recipients[1];
  EXPECT_EQ(two.final_recipient, "two@b.example");
  EXPECT_EQ(two.original_recipient, "two@a.example");
  EXPECT_EQ(two.status, "5.1.1");
  EXPECT_EQ(two.remote_mta, "mx.b.example");
  EXPECT_EQ(two.diagnostic_code, "smtp; 550 5.1.1 unknown");
}

TEST(ReadReport, ReadsAddressesOfOtherScripts) {
  const ReportFacts facts = read_report(
      status_report("Final-Recipient: utf-8; \xc3\xbc@b.example\nAction: failed\n\n"
                    "Final-Recipient: utf-8; \\x{FC}\\x{1F408}@b.example\nAction: failed\n",
                    "message/global-delivery-status"));
  ASSERT_EQ(facts.recipients.size(), 2u);
  EXPECT_EQ(facts.recipients[0].final_recipient, "\xc3\xbc@b.example");
  EXPECT_EQ(facts.recipients[1].final_recipient, "\xc3\xbc\xf0\x9f\x90\x88@b.example");
}

TEST(ReadReport, ProseOfManyWritersNamesRecipientAndReason) {
  struct Case {
    std::string text;
    std::string recipient;
    ReportClass kind;
    std::string status;
  };
  const std::vector<Case> cases = {
      {"Your message could not be delivered.\n\n<a@b.example>:\n550 5.1.1 no such user\n",
       "a@b.example", ReportClass::hard, "5.1.1"},
      {"could not be delivered\n\n  a@b.example\n    host mx [192.0.2.1] said:\n    452 full\n",
       "a@b.example", ReportClass::soft, "4.0.0"},
      {"Unable to deliver message to: <a@b.example>\n\nThe mailbox is full.\n", "a@b.example",
       ReportClass::hard, "5.2.2"},
      {"Delivery to a@b.example has been delayed and will be retried.\n\na@b.example\n",
       "a@b.example", ReportClass::delayed, "4.0.0"},
      {"It was not delivered.\n\na@b.example: retry timeout exceeded\n", "a@b.example",
       ReportClass::soft, "4.4.7"},
      {"Meddelandet kunde \xc3\xa4nnu inte levereras; nya f\xc3\xb6rs\xc3\xb6k "
       "g\xc3\xb6rs.\n\n<a@b.example>\n",
       "a@b.example", ReportClass::delayed, "4.0.0"},
      {"Votre message n'a pas \xc3\xa9t\xc3\xa9 distribu\xc3\xa9 car la bo\xc3\xaete aux lettres "
       "du "
       "destinataire est pleine.\n\n<a@b.example>\n",
       "a@b.example", ReportClass::hard, "5.2.2"},
      {"It was not delivered: the quota of this user is exceeded.\n\n<a@b.example>\n",
       "a@b.example", ReportClass::hard, "5.2.2"},
      {"It was not delivered. Sorry.\n\n--- Original message follows ---\n"
       "From: w@o.example\nTo: a@b.example\n\nHello\n",
       "", ReportClass::hard, "5.0.0"},
  };
  for (const Case& one : cases) {
    const ReportFacts facts = read_report(prose_report(one.text));
    ASSERT_EQ(facts.recipients.size(), 1u) << one.text;
    EXPECT_EQ(facts.recipients[0].final_recipient, one.recipient) << one.text;
    EXPECT_EQ(name_of(facts.kind), name_of(one.kind)) << one.text;
    EXPECT_EQ(facts.recipients[0].status, one.status) << one.text;
  }
}

TEST(ReadReport, WordsOfAPersonAreNoReport) {
  for (const char* mail :
       {"From: a@b.example\nSubject: Hello\n\nYour mail could not be delivered, 550 5.1.1 x\n",
        "From: a@b.example\nSubject: Out of office\nReturn-Path: <>\n\nI am away.\n",
        "From: a@b.example\nSubject: Automatic reply: Undelivered mail\nReturn-Path: <>\n\n"
        "I could not read it: mailbox full\n",
        "From: a@b.example\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Re: x\n\n"
        "Your message was not delivered to me, I am away; try c@d.example\n",
        "Subject: x\n\n", "\n", "", "no header at all"}) {
    const ReportFacts facts = read_report(mail);
    EXPECT_TRUE(facts.recipients.empty()) << mail;
    EXPECT_TRUE(facts.kind == ReportClass::unrecognised || facts.kind == ReportClass::auto_reply)
        << mail;
  }
}

TEST(ReadReport, AutomaticRepliesAreTold) {
  for (const char* header :
       {"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=y", "X-Autoreply: yes",
        "Precedence: auto_reply", "Subject: Out of Office: lunch", "Subject: Automatic reply: x"}) {
    const ReportFacts facts = read_report(std::string(header) + "\nFrom: a@b.example\n\nAway.\n");
    EXPECT_EQ(name_of(facts.kind), "auto_reply") << header;
  }
  EXPECT_EQ(read_report("Auto-Submitted: no\n\nI am here.\n").kind, ReportClass::unrecognised);
}

TEST(ReadReport, ComplaintsNameTheirRecipients) {
  const ReportFacts facts = read_report(
      "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nHi\n"
      "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: Abuse\nVersion: 1\n"
      "Original-Rcpt-To: <a@b.example>\n\n--b\nContent-Type: message/rfc822\n\n"
      "Message-ID: <m@o.example>\n\nBuy!\n--b--\n");
  EXPECT_EQ(facts.kind, ReportClass::complaint);
  EXPECT_EQ(facts.feedback_type, "abuse");
  ASSERT_EQ(facts.recipients.size(), 1u);
  EXPECT_EQ(facts.recipients[0].final_recipient, "a@b.example");
  ASSERT_TRUE(facts.returned);
  EXPECT_EQ(facts.returned->message_id, "<m@o.example>");
}

TEST(ReadReport, ReadsNotificationsOfSes) {
  const auto read = [](const std::string& json) {
    return read_report("From: no-reply@sns.amazonaws.com\nSubject: Notification\n\n" + json);
  };
  const ReportFacts bounce = read(
      R"({"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[)"
      R"({"status":"5.1.1","action":"failed","diagnosticCode":"smtp; 550 \"no\"",)"
      R"("emailAddress":"a@b.exa!)"
      "\n "
      R"(mple"},{"emailAddress":"c@d.example"}]},"mail":{"destination":["a@b.example"]}})");
  EXPECT_EQ(bounce.kind, ReportClass::hard);
  ASSERT_EQ(bounce.recipients.size(), 2u);
  EXPECT_EQ(bounce.recipients[0].final_recipient, "a@b.example");
  EXPECT_EQ(bounce.recipients[0].diagnostic_code, "smtp; 550 \"no\"");
  EXPECT_EQ(bounce.recipients[1].status, "5.0.0");
  const ReportFacts complaint =
      read(R"({"notificationType":"Complaint","complaint":{"complainedRecipients":[)"
           R"({"emailAddress":"a@b.example"}]}})");
  EXPECT_EQ(complaint.kind, ReportClass::complaint);
  for (const char* other : {"{}", "{", R"({"notificationType":"Bounce"})", R"({"a":"b"})", "{\""}) {
    EXPECT_EQ(read(other).kind, ReportClass::unrecognised) << other;
  }
}

TEST(ReadReport, AReportInsideTheReturnedMessageSpeaksOfAnotherDelivery) {
  const std::string inner = status_report("Final-Recipient: rfc822; x@y.example\nAction: failed\n");
  const ReportFacts facts = read_report(
      "From: mailer-daemon@relay.example\nContent-Type: multipart/mixed; boundary=outer\n\n"
      "--outer\n\nIt could not be delivered:\n\n<a@b.example>: 550 no\n\n--outer\n"
      "Content-Type: message/rfc822\n\n" +
      inner + "\n--outer--\n");
  ASSERT_EQ(facts.recipients.size(), 1u);
  EXPECT_EQ(facts.recipients[0].final_recipient, "a@b.example");
}

std::string part_of(const std::string& type, const std::string& octets) {
  return "From: MAILER-DAEMON@relay.example\nSubject: Mail delivery failed\n" + type + "\n\n" +
         octets;
}

TEST(ReadReport, HtmlIsReadWhereItIsTheReport) {
  const std::string html =
      "<p>We could not deliver your mail.</p><p>&lt;a@b.example&gt;:<br>"
      "552 5.2.2 mailbox&nbsp;full</p>";
  for (const std::string& mail : {
           part_of("Content-Type: text/html; charset=utf-8", html),
           part_of("Content-Type: multipart/mixed; boundary=b",
                   "--b\nContent-Type: text/html\n\n" + html + "\n--b--\n"),
           part_of("Content-Type: multipart/alternative; boundary=b",
                   "--b\n\n \n--b\nContent-Type: text/html\n\n" + html + "\n--b--\n"),
       }) {
    const ReportFacts facts = read_report(mail);
    ASSERT_EQ(facts.recipients.size(), 1u) << mail;
    EXPECT_EQ(facts.recipients[0].final_recipient, "a@b.example") << mail;
    EXPECT_EQ(facts.recipients[0].diagnostic_code, "smtp; 552 5.2.2 mailbox full") << mail;
  }
}

TEST(ReadReport, AnOctetNulEndsNothing) {
  const ReportFacts facts = read_report(
      part_of("Content-Type: text/plain; charset=us-ascii",
              std::string("It was not delivered.\0\n\n<a@b.example>: 550 5.1.1 unknown\n", 57)));
  ASSERT_EQ(facts.recipients.size(), 1u);
  EXPECT_EQ(facts.recipients[0].final_recipient, "a@b.example");
}

// What people, shops and forgers send to a return path speaks of reports, quotes them, and is none.
TEST(ReadReport, WithASenderOnlyAMailSystemsOwnWordsAreAReport) {
  struct Mail {
    const char* from;
    const char* subject;
    const char* text;
    bool report;
    const char* path = "<rob@target.test>";
  };
  const Mail mails[] = {
      {"Rob <rob@target.test>", "Re: Undelivered Mail Returned to Sender",
       "What is wrong?\n\n> <bob@other.test>: 550 5.1.1 User unknown\n", false},
      {"Rob <rob@target.test>", "Fwd: Delivery Status Notification (Failure)",
       "Sue got this.\n\nYour message wasn't delivered to bob@other.test because the address "
       "couldn't be found.\n",
       false},
      {"News <news@shop.test>", "Your order could not be delivered",
       "The parcel could not be delivered to your address. We will try again tomorrow.\n", false},
      {"Mail Admin <admin@spam.test>", "Your mailbox is full",
       "Your mailbox ann@s.test quota exceeded. 5 messages could not be delivered.\n", false},
      {"Dev <dev@target.test>", "Bug 550: mail delivery error in test",
       "The test says 550 5.1.1 user unknown for carl@other.test.\n", false},
      {"Postmaster <postmaster@target.test>", "Planned maintenance",
       "Mail to rob@target.test may be delayed on Sunday. Messages will be retried.\n", false},
      {"Mail Delivery Subsystem <mailer-daemon@target.test>", "Undelivered Mail",
       "<bob@other.test>: 550 5.1.1 User unknown\n", true},
      {"Mail service <noreply@target.test>", "Undelivered Mail",
       "<bob@other.test>: 550 5.1.1 User unknown\n", true, "<mailer-daemon@target.test>"},
  };
  for (const Mail& one : mails) {
    const std::string mail = std::string("Return-Path: ") + one.path + "\nFrom: " + one.from +
                             "\nSubject: " + one.subject + "\n\n" + one.text;
    EXPECT_EQ(reads_as_report(read_report(mail)), one.report) << mail;
  }
  EXPECT_TRUE(
      reads_as_report(read_report(status_report("Final-Recipient: rfc822; a@b.example\n"
                                                "Action: failed\nStatus: 5.1.1"))));
}

TEST(ReadReport, LimitsHold) {
  std::string fields;
  for (std::size_t i = 0; i < kMaxRecipients + 20; ++i) {
    fields += "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n";
  }
  EXPECT_EQ(read_report(status_report(fields)).recipients.size(), kMaxRecipients);

  std::string nested = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 5000; ++i) nested += "--b\nContent-Type: multipart/mixed; boundary=b\n\n";
  EXPECT_EQ(read_report(nested).kind, ReportClass::unrecognised);

  std::string parts = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 5000; ++i) parts += "--b\n\n";
  EXPECT_LE(read_message(parts).parts.size(), kMaxDelimiters);

  std::string header;
  for (int i = 0; i < 200000; ++i) header += "x:y\n";
  EXPECT_LE(read_message(header).header.size(), kMaxFields);
  EXPECT_LE(read_message("Content-Type: message/rfc822\n\n" + header).parts[0].text.size(),
            4 * kMaxFieldLines);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
