#include "relay/trust/dmarc/record.h"

#include <gtest/gtest.h>

namespace waybill::relay::trust::dmarc {
namespace {

TEST(DmarcRecord, IsKnownByItsVersionAlone) {
  for (const char* text : {"v=DMARC1", "v=DMARC1;", "v = DMARC1 ; p=none", "V=DMARC1;p=reject"}) {
    EXPECT_TRUE(is_dmarc_record(text)) << text;
  }
  for (const char* text : {"", "v=DMARC", "v=dmarc1; p=none", "v=DMARC12", "p=none; v=DMARC1",
                           " v=DMARC1", "v=DMARC1 p=none", "v=spf1 -all"}) {
    EXPECT_FALSE(is_dmarc_record(text)) << text;
  }
}

TEST(DmarcRecord, ReadsEveryTag) {
  const Record read = parse_record(
      "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; psd=n; t=y; pct=42; "
      "rua=mailto:reports@example.test");
  EXPECT_EQ(read.policy, Policy::reject);
  EXPECT_EQ(read.subdomain_policy, Policy::quarantine);
  EXPECT_EQ(read.nonexistent_policy, Policy::none);
  EXPECT_EQ(read.policy_tags, PolicyTags::sound);
  EXPECT_EQ(read.dkim, AlignmentMode::strict);
  EXPECT_EQ(read.spf, AlignmentMode::strict);
  EXPECT_EQ(read.suffix, SuffixFlag::organisation);
  EXPECT_EQ(read.test, TestMode::on);
  EXPECT_EQ(read.percent, 42u);
  EXPECT_EQ(read.reports, ReportAddress::given);
}

TEST(DmarcRecord, HasItsDefaults) {
  const Record read = parse_record("v=DMARC1");
  EXPECT_FALSE(read.policy || read.subdomain_policy || read.nonexistent_policy);
  EXPECT_EQ(read.policy_tags, PolicyTags::sound);
  EXPECT_EQ(read.dkim, AlignmentMode::relaxed);
  EXPECT_EQ(read.spf, AlignmentMode::relaxed);
  EXPECT_EQ(read.suffix, SuffixFlag::unknown);
  EXPECT_EQ(read.test, TestMode::off);
  EXPECT_EQ(read.percent, 100u);
  EXPECT_EQ(read.reports, ReportAddress::none);
}

TEST(DmarcRecord, TakesNamesAndWordsInAnyCaseAndWithBlanks) {
  const Record read = parse_record("v=DMARC1;P = Reject\t;\tSP=NONE ;PSD=Y");
  EXPECT_EQ(read.policy, Policy::reject);
  EXPECT_EQ(read.subdomain_policy, Policy::none);
  EXPECT_EQ(read.suffix, SuffixFlag::suffix);
}

// RFC 9989 4.8
TEST(DmarcRecord, PassesOverWhatItDoesNotKnow) {
  const Record read =
      parse_record("v=DMARC1; ; bogus; =x; adkim=q; t=maybe; psd=; pct=101; new=1; p=quarantine");
  EXPECT_EQ(read.policy, Policy::quarantine);
  EXPECT_EQ(read.dkim, AlignmentMode::relaxed);
  EXPECT_EQ(read.test, TestMode::off);
  EXPECT_EQ(read.suffix, SuffixFlag::unknown);
  EXPECT_EQ(read.percent, 100u);
}

TEST(DmarcRecord, SaysThatAPolicyTagIsWrong) {
  for (const char* text : {"v=DMARC1; p=bob", "v=DMARC1; p=none; sp=", "v=DMARC1; p=none; np=x"}) {
    EXPECT_EQ(parse_record(text).policy_tags, PolicyTags::wrong) << text;
  }
}

TEST(DmarcRecord, CountsTheFirstOfATagThatStandsTwice) {
  EXPECT_EQ(parse_record("v=DMARC1; p=none; p=reject").policy, Policy::none);
}

TEST(DmarcRecord, FindsAnAddressForReportsAmongOthers) {
  for (const char* text : {"v=DMARC1; rua=mailto:a@b.test", "v=DMARC1; rua=x, mailto:a@b.test!10m",
                           "v=DMARC1; rua=https://reports.test/in"}) {
    EXPECT_EQ(parse_record(text).reports, ReportAddress::given) << text;
  }
  for (const char* text : {"v=DMARC1; rua=", "v=DMARC1; rua=a@b.test", "v=DMARC1; rua=,,",
                           "v=DMARC1; rua=mailto:", "v=DMARC1; rua=:x", "v=DMARC1; rua=1x:y",
                           "v=DMARC1; rua=mailto:a b"}) {
    EXPECT_EQ(parse_record(text).reports, ReportAddress::none) << text;
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dmarc
