#include "relay/smtp/dsn_parameters.h"

#include <gtest/gtest.h>

namespace waybill::relay::smtp {
namespace {

TEST(DsnParametersTest, XtextIsPrintableAsciiWithHexForTheRest) {
  for (const auto* const good :
       {"a", "Bob@Example.COM", "hi+20there", "e+3Dmc2", "\\x{3D}", "+2B"}) {
    EXPECT_TRUE(is_xtext(good)) << good;
  }
  for (const auto* const bad : {"", "a b", "a=b", "a+b", "a+", "a+2", "a+3d", "a+G0",
                                "a+0D+0AStatus:2", "+7F", "\x7f", "\t", "gr\xc3\xbcn"}) {
    EXPECT_FALSE(is_xtext(bad)) << bad;
  }
}

TEST(DsnParametersTest, RetIsFullOrHeaders) {
  EXPECT_EQ(parse_ret("full"), "FULL");
  EXPECT_EQ(parse_ret("Hdrs"), "HDRS");
  for (const auto* const bad : {"", "FULL,HDRS", "BODY"}) EXPECT_FALSE(parse_ret(bad)) << bad;
}

TEST(DsnParametersTest, NotifyIsNeverAloneOrAListWithoutRepeats) {
  EXPECT_EQ(parse_notify("never"), "NEVER");
  EXPECT_EQ(parse_notify("Success,Failure,Delay"), "SUCCESS,FAILURE,DELAY");
  EXPECT_EQ(parse_notify("DELAY"), "DELAY");
  for (const auto* const bad : {"", "NEVER,FAILURE", "FAILURE,NEVER", "FAILURE,", ",DELAY",
                                "DELAY,DELAY", "SUCCESS, DELAY", "ALWAYS"}) {
    EXPECT_FALSE(parse_notify(bad)) << bad;
  }
}

TEST(DsnParametersTest, EnvelopeIdHasAtMostAHundredOctets) {
  EXPECT_TRUE(is_envid("QQ314159"));
  EXPECT_TRUE(is_envid(std::string(kMaxEnvid, 'x')));
  EXPECT_FALSE(is_envid(std::string(kMaxEnvid + 1, 'x')));
  EXPECT_FALSE(is_envid(""));
}

TEST(DsnParametersTest, OriginalRecipientIsATypeAndXtext) {
  for (const auto* const good : {"rfc822;Bob@Example.COM", "x400;+2FS", "rfc822;a+2Bb@c"}) {
    EXPECT_TRUE(is_orcpt(good, Smtputf8::no)) << good;
  }
  for (const auto* const bad :
       {"", ";", "rfc822;", ";a@b", "rfc822", "rfc 822;a", "rf@c;a", "rfc822;a b"}) {
    EXPECT_FALSE(is_orcpt(bad, Smtputf8::yes)) << bad;
  }
  EXPECT_TRUE(is_orcpt("rfc822;" + std::string(kMaxOrcpt - 7, 'x'), Smtputf8::no));
  EXPECT_FALSE(is_orcpt("rfc822;" + std::string(kMaxOrcpt - 6, 'x'), Smtputf8::no));
}

TEST(DsnParametersTest, Utf8InAnOriginalRecipientNeedsSmtputf8) {
  EXPECT_TRUE(is_orcpt("utf-8;gr\xc3\xbcn@b.example", Smtputf8::yes));
  EXPECT_FALSE(is_orcpt("utf-8;gr\xc3\xbcn@b.example", Smtputf8::no));
  EXPECT_FALSE(is_orcpt("rfc822;gr\xc3\xbcn@b.example", Smtputf8::yes));
  EXPECT_FALSE(is_orcpt("utf-8;gr\xc3@b.example", Smtputf8::yes));
  EXPECT_TRUE(is_orcpt("Utf-8;e\\x{3D}mc2@b.example", Smtputf8::no));
}

TEST(DsnParametersTest, AnOriginalRecipientIsWrittenInAsciiWhereItMust) {
  const struct {
    std::string given;
    std::string written;
  } cases[] = {
      {"rfc822;bob@b.example", "rfc822;bob@b.example"},
      {"utf-8;gr\xc3\xbcn@b.example", "utf-8;gr\\x{FC}n@b.example"},
      {"utf-8;\xe6\x97\xa5\xf0\x9f\x93\xa7@b.example", "utf-8;\\x{65E5}\\x{1F4E7}@b.example"},
      {"utf-8;e\\x{3D}mc2@b.example", "utf-8;e\\x{3D}mc2@b.example"},
  };
  for (const auto& row : cases) {
    EXPECT_TRUE(is_orcpt(row.given, Smtputf8::yes)) << row.given;
    EXPECT_EQ(orcpt_in_ascii(row.given), row.written);
    EXPECT_TRUE(is_orcpt(row.written, Smtputf8::no)) << row.written;
  }
  std::string longest = "utf-8;";
  while (longest.size() + 2 <= kMaxOrcpt) longest += "\xc3\xbc";
  EXPECT_TRUE(is_orcpt(longest, Smtputf8::yes));
  EXPECT_EQ(orcpt_in_ascii(longest), "") << "too long for a command";
}

}  // namespace
}  // namespace waybill::relay::smtp
