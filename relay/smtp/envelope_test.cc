#include "relay/smtp/envelope.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::smtp {
namespace {

constexpr std::uint64_t kMaxSize = 1000;

// What MAIL says, or the code that refuses it.
std::string mail(std::string_view argument) {
  const MailArgument parsed = parse_mail(argument, kMaxSize);
  if (parsed.refusal) return std::to_string(parsed.refusal->code) + ' ' + parsed.refusal->enhanced;
  return '<' + (parsed.sender ? parsed.sender->text() : "") + '>';
}

std::string rcpt(std::string_view argument, Smtputf8 smtputf8 = Smtputf8::no) {
  const RcptArgument parsed = parse_rcpt(argument, "mx.example", smtputf8);
  if (parsed.refusal) return std::to_string(parsed.refusal->code) + ' ' + parsed.refusal->enhanced;
  return '<' + parsed.recipient->text() + '>';
}

TEST(EnvelopeTest, PathsOfMail) {
  const struct {
    std::string_view argument;
    std::string_view outcome;
  } cases[] = {
      {"FROM:<>", "<>"},
      {"from:<a@B.example>", "<a@b.example>"},
      {"FROM: <a@b.example>", "<a@b.example>"},
      {"FROM : <a@b.example>", "<a@b.example>"},
      {"FROM:<@x.example,@y.example:a@b.example>", "<a@b.example>"},
      {"FROM:<\"@x,@y:<a>\"@b.example>", "<\"@x,@y:<a>\"@b.example>"},
      {"FROM:<\"a\\\">\"@b.example>", "<\"a\\\">\"@b.example>"},
      {"FROM:<\"\"@b.example>", "<\"\"@b.example>"},
      {"FROM:<a@[192.0.2.1]>", "<a@[192.0.2.1]>"},
      {"FROM:", "501 5.5.4"},
      {"FROM", "501 5.5.4"},
      {"TO:<a@b.example>", "501 5.5.4"},
      {"FROM:a@b.example", "501 5.5.4"},
      {"FROM:<a@b.example", "501 5.5.4"},
      {"FROM:<a@b.example>>", "501 5.5.4"},
      {"FROM:<a@b.example>SIZE=1", "501 5.5.4"},
      {"FROM:<\"a>@b.example>", "501 5.5.4"},
      {"FROM:<a\x01@b.example>", "501 5.5.4"},
      {"FROM:<a>", "501 5.1.7"},
      {"FROM:<postmaster>", "501 5.1.7"},
      {"FROM:< >", "501 5.1.7"},
      {"FROM:<a..b@c.example>", "<a..b@c.example>"},
      {"FROM:<a.@c.example>", "<a.@c.example>"},
      {"FROM:<.@c.example>", "<.@c.example>"},
      {"FROM:<\"a..b\"@c.example>", "<\"a..b\"@c.example>"},
      {"FROM:<A_b@c_d.example>", "<A_b@c_d.example>"},
      {"FROM:<SRS0=3Ypr33=QM=crm.some-organisation.test=bounce+b.25211.6039846.eb7e7e8ba282f9d0"
       "@c.example>",
       "<SRS0=3Ypr33=QM=crm.some-organisation.test=bounce+b.25211.6039846.eb7e7e8ba282f9d0"
       "@c.example>"},
      {"FROM:<@x_y.example:a@b.example>", "<a@b.example>"},
      {"FROM:<A B <a@b.example>>", "501 5.5.4"},
      {"FROM:<@x.example>", "501 5.1.7"},
      {"FROM:<@x.example,y.example:a@b.example>", "501 5.1.7"},
      {"FROM:<@x..example:a@b.example>", "501 5.1.7"},
  };
  for (const auto& one : cases) EXPECT_EQ(mail(one.argument), one.outcome) << one.argument;
}

TEST(EnvelopeTest, PathsOfRcpt) {
  const struct {
    std::string_view argument;
    std::string_view outcome;
  } cases[] = {
      {"TO:<a@b.example>", "<a@b.example>"},
      {"to: <a@b.example>", "<a@b.example>"},
      {"TO:<postmaster>", "<postmaster@mx.example>"},
      {"TO:<PostMaster>", "<postmaster@mx.example>"},
      {"TO:<@x.example:a@b.example>", "<a@b.example>"},
      {"TO:<abuse>", "501 5.1.3"},
      {"TO:<>", "501 5.1.3"},
      {"TO:a@b.example", "501 5.5.4"},
      {"FROM:<a@b.example>", "501 5.5.4"},
      {"TO:<a@b.example> SIZE=1", "555 5.5.4"},
      {"TO:<a@b.example> NOTIFY=NEVER,DELAY", "501 5.5.4"},
      {"TO:<a@b.example> ORCPT=a@b", "501 5.5.4"},
      {"TO:<a@b.example> NOTIFY=DELAY NOTIFY=DELAY", "501 5.5.4"},
  };
  for (const auto& one : cases) EXPECT_EQ(rcpt(one.argument), one.outcome) << one.argument;
}

TEST(EnvelopeTest, ParametersOfMail) {
  const struct {
    std::string_view parameters;
    std::string_view outcome;
  } cases[] = {
      {"  SIZE=1000  ", "<>"},
      {"SIZE=1001", "552 5.3.4"},
      {"SIZE=99999999999999999999999", "552 5.3.4"},
      {"SIZE", "501 5.5.4"},
      {"SIZE=", "501 5.5.4"},
      {"SIZE=-1", "501 5.5.4"},
      {"SIZE=1 size=1", "501 5.5.4"},
      {"BODY=7BIT", "<>"},
      {"body=8bitmime", "<>"},
      {"BODY=BINARYMIME", "555 5.5.4"},
      {"BODY=9BIT", "501 5.5.4"},
      {"BODY", "501 5.5.4"},
      {"SMTPUTF8", "<>"},
      {"SMTPUTF8=1", "501 5.5.4"},
      {"RET=FULL ENVID=a+2Bb", "<>"},
      {"RET=ALL", "501 5.5.4"},
      {"ENVID=a+b", "501 5.5.4"},
      {"ENVID", "501 5.5.4"},
      {"XASKED=0123456789abcdef,fedcba9876543210", "<>"},
      {"XASKED=0123", "501 5.5.4"},
      {"XASKED", "501 5.5.4"},
      {"AUTH=<>", "555 5.5.4"},
      {"REQUIRETLS", "<>"},
      {"requiretls", "<>"},
      {"REQUIRETLS=", "501 5.5.4"},
      {"REQUIRETLS REQUIRETLS", "501 5.5.4"},
      {"=1", "501 5.5.4"},
      {"A_B=1", "501 5.5.4"},
      {"gr\xc3\xbcn", "501 5.5.4"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(mail("FROM:<> " + std::string(one.parameters)), one.outcome) << one.parameters;
  }
}

TEST(EnvelopeTest, MailGivesWhatItsParametersSay) {
  const MailArgument parsed =
      parse_mail("FROM:<@x.example:a@b.example> size=12 Body=8BitMime ret=hdrs EnvId=x+3Dy", 99);
  ASSERT_FALSE(parsed.refusal);
  EXPECT_EQ(parsed.path, "@x.example:a@b.example");
  EXPECT_EQ(parsed.size, 12u);
  EXPECT_EQ(parsed.body, BodyKind::eight_bit_mime);
  EXPECT_EQ(parsed.smtputf8, Smtputf8::no);
  EXPECT_EQ(parsed.dsn.ret, "HDRS");
  EXPECT_EQ(parsed.dsn.envid, "x+3Dy");
}

TEST(EnvelopeTest, RcptGivesWhatItsParametersSay) {
  const RcptArgument parsed = parse_rcpt(
      "TO:<a@b.example> Notify=Never ORcpt=Rfc822;a+2Bx@b.example", "mx.example", Smtputf8::no);
  ASSERT_FALSE(parsed.refusal);
  EXPECT_EQ(parsed.path, "a@b.example");
  EXPECT_EQ(parsed.dsn.notify, "NEVER");
  EXPECT_EQ(parsed.dsn.orcpt, "Rfc822;a+2Bx@b.example");
}

// RFC 6531 3.7.4.2
TEST(EnvelopeTest, WhatIsNotAsciiNeedsSmtputf8) {
  EXPECT_EQ(mail("FROM:<gr\xc3\xbcn@b.example>"), "553 5.6.7");
  EXPECT_EQ(mail("FROM:<a@gr\xc3\xbcn.example>"), "553 5.6.7");
  EXPECT_EQ(mail("FROM:<gr\xc3\xbcn@b.example> SMTPUTF8"), "<gr\xc3\xbcn@b.example>");
  EXPECT_EQ(rcpt("TO:<gr\xc3\xbcn@b.example>"), "553 5.6.7");
  EXPECT_EQ(rcpt("TO:<gr\xc3\xbcn@b.example>", Smtputf8::yes), "<gr\xc3\xbcn@b.example>");
  EXPECT_EQ(rcpt("TO:<a@gr\xc3\xbcn.example>", Smtputf8::yes), "<a@xn--grn-ioa.example>");
  EXPECT_EQ(rcpt("TO:<gr\xc3@b.example>", Smtputf8::yes), "501 5.1.3");
}

TEST(EnvelopeTest, RefusedRcptStillTellsWhatWasAskedFor) {
  EXPECT_EQ(parse_rcpt("TO:<abuse> X=1", "mx.example", Smtputf8::no).path, "abuse");
  EXPECT_EQ(parse_rcpt("TO:abuse", "mx.example", Smtputf8::no).path, "TO:abuse");
}

}  // namespace
}  // namespace waybill::relay::smtp
