#include "relay/returnpath/report/dsn_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "relay/returnpath/report/read_report.h"

namespace waybill::relay::returnpath::report {
namespace {

RecipientFacts failed(std::string address) {
  RecipientFacts recipient;
  recipient.final_recipient = std::move(address);
  recipient.action = "failed";
  recipient.status = "5.1.1";
  recipient.diagnostic_code = "smtp; 550 5.1.1 User unknown";
  recipient.remote_mta = "mx.next.example";
  recipient.kind = ReportClass::hard;
  return recipient;
}

DsnMessage notification() {
  DsnMessage message;
  message.from = "postmaster@alias.example";
  message.to = "writer@origin.example";
  message.message_id = "one@alias.example";
  message.date = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours{20};
  message.reporting_mta = "relay.example";
  message.recipients = {failed("sales@alias.example")};
  message.returned_header = "From: writer@origin.example\nMessage-ID: <orig@origin.example>\n";
  return message;
}

bool has_line(const std::string& message, const std::string& line) {
  return message.find("\r\n" + line + "\r\n") != std::string::npos;
}

void expect_read_back(const DsnMessage& message) {
  const DsnMessage wanted = cleaned(message);
  const ReportFacts facts = read_report(write_dsn(message));
  EXPECT_EQ(facts.recipients, wanted.recipients);
  EXPECT_EQ(facts.reporting_mta, wanted.reporting_mta);
  EXPECT_EQ(facts.original_envelope_id, wanted.original_envelope_id);
  EXPECT_EQ(facts.arrival_date, wanted.arrival_date);
  EXPECT_EQ(facts.returned ? facts.returned->header : "", wanted.returned_header);
}

TEST(DsnWriter, WritesWhatAReaderOfRfc3464Expects) {
  const std::string written = write_dsn(notification());
  EXPECT_TRUE(written.starts_with("From: Mail Delivery System <postmaster@alias.example>\r\n"));
  for (const char* line :
       {"To: <writer@origin.example>", "Subject: Your mail could not be delivered",
        "Date: Tue, 24 Nov 2026 20:00:00 +0000", "Message-ID: <one@alias.example>",
        "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        "Content-Type: message/delivery-status", "Reporting-MTA: dns; relay.example",
        "Final-Recipient: rfc822; sales@alias.example", "Action: failed", "Status: 5.1.1",
        "Remote-MTA: dns; mx.next.example", "Diagnostic-Code: smtp; 550 5.1.1 User unknown",
        "Content-Type: text/rfc822-headers", "Message-ID: <orig@origin.example>"}) {
    EXPECT_TRUE(has_line(written, line)) << line << "\n" << written;
  }
}

// "Your mail could not be delivered", and one of three mailboxes had it: its author sent it again.
TEST(DsnWriter, OfOneOfSeveralItSaysThatOthersHaveTheMail) {
  DsnMessage message = notification();
  const std::string alone = write_dsn(message);
  EXPECT_TRUE(
      has_line(alone, "Your mail could not be delivered to this recipient, and nobody will try"));
  message.others_have_it = true;
  const std::string beside = write_dsn(message);
  EXPECT_TRUE(has_line(
      beside, "Your mail reached others behind this address. To one of them it could not be"));
  EXPECT_FALSE(
      has_line(beside, "Your mail could not be delivered to this recipient, and nobody will try"));
  expect_read_back(message);
  EXPECT_EQ(read_report(beside).kind, ReportClass::hard);
}

TEST(DsnWriter, WhatIsWrittenIsReadBack) {
  DsnMessage message = notification();
  message.original_envelope_id = "QQ314159";
  message.arrival_date = message.date - std::chrono::hours{1};
  message.recipients.push_back(failed("second@alias.example"));
  message.recipients.back().original_recipient = "first@alias.example";
  expect_read_back(message);
  for (const char* action : {"failed", "delayed", "delivered", "relayed", "expanded"}) {
    message.recipients.front().action = action;
    expect_read_back(message);
    EXPECT_EQ(read_report(write_dsn(message)).recipients.front().action, action);
  }
}

TEST(DsnWriter, NothingInTheInputAddsALine) {
  DsnMessage message = notification();
  const std::string evil =
      "x\r\nBcc: all@victim.example\r\n\r\n--=_waybill_report\r\nEvil: yes\r\n";
  message.from += evil;
  message.to += evil;
  message.message_id += evil;
  message.reporting_mta += evil;
  message.original_envelope_id = evil;
  message.returned_header += evil + "--=_waybill_report--\r\n";
  RecipientFacts& recipient = message.recipients.front();
  recipient.final_recipient += evil;
  recipient.original_recipient = evil;
  recipient.action += evil;
  recipient.status += evil;
  recipient.diagnostic_code += evil;
  recipient.remote_mta += evil;
  const std::string written = write_dsn(message);
  // As fields of the returned header they may stand, in that part alone.
  const std::string front = written.substr(0, written.find("text/rfc822-headers"));
  EXPECT_EQ(front.find("\r\nBcc"), std::string::npos) << written;
  EXPECT_EQ(front.find("\r\nEvil"), std::string::npos) << written;
  std::size_t boundaries = 0;
  for (std::size_t at = written.find("\r\n--"); at != std::string::npos;
       at = written.find("\r\n--", at + 1)) {
    ++boundaries;
  }
  EXPECT_EQ(boundaries, 4u) << written;
  expect_read_back(message);
}

TEST(DsnWriter, SevenBitsCarryEveryAddress) {
  DsnMessage message = notification();
  message.recipients = {failed("b\\\xc3\xbc\xe7\x8c\xab@alias.example")};
  message.recipients.front().diagnostic_code = "smtp; 550 \xc3\xbc unknown";
  const std::string written = write_dsn(message);
  for (const char c : written) ASSERT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_TRUE(has_line(written, "Final-Recipient: utf-8; b\\x{5C}\\x{FC}\\x{732B}@alias.example"))
      << written;
  expect_read_back(message);
  message.transport = Transport::smtputf8;
  EXPECT_NE(write_dsn(message).find("message/global-delivery-status"), std::string::npos);
  expect_read_back(message);
}

TEST(DsnWriter, LongFactsStayWithinTheLine) {
  DsnMessage message = notification();
  message.recipients.front().diagnostic_code = "smtp; 550 " + std::string(5000, 'a');
  message.recipients.front().final_recipient = std::string(3000, 'b') + "@alias.example";
  message.recipients.front().remote_mta = std::string(3000, 'c');
  message.returned_header = "Subject: " + std::string(70000, 'd') + "\n";
  const std::string written = write_dsn(message);
  std::size_t begin = 0;
  for (std::size_t end = written.find("\r\n"); end != std::string::npos;
       begin = end + 2, end = written.find("\r\n", begin)) {
    EXPECT_LE(end - begin, 998u);
  }
  expect_read_back(message);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
