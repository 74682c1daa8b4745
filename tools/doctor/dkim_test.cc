#include "tools/doctor/dkim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using app::DkimUse;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using testing::ElementsAre;
using tests::lines_of;

const std::string kRecord = "s._domainkey.x.test";

DkimKeyFacts key(DkimUse use, std::optional<Explained<void>> published) {
  return {"x.test", {"s", use, "/d/x.test/s.pem"}, {}, std::move(published)};
}

std::vector<std::string> said(DkimKeyFacts facts) {
  DkimFacts all;
  all.keys.push_back(std::move(facts));
  return lines_of(judge_dkim(all));
}

TEST(DoctorDkimTest, ReportsAboutTlsWantASignature) {
  DkimFacts facts;
  facts.unsigned_reports = "x.test";
  EXPECT_THAT(lines_of(judge_dkim(facts)),
              ElementsAre("warning tls.report: reports come from x.test, which has no key that "
                          "signs: whoever gets one by mail ignores it"));
}

TEST(DoctorDkimTest, AKeyThatSignsIsHeldAgainstItsRecord) {
  const Explained<void> there;
  EXPECT_THAT(said(key(DkimUse::signs, there)),
              ElementsAre("fine " + kRecord + ": is in DNS, and fits the key that signs"));
  EXPECT_THAT(
      said(key(DkimUse::signs, Failure{Errc::not_found, kRecord + " is not in DNS"})),
      ElementsAre("wrong " + kRecord + ": is not in DNS, and its key signs: no signature holds"));
  EXPECT_THAT(said(key(DkimUse::signs, Failure{Errc::temporary, "DNS does not say"})),
              ElementsAre("unseen " + kRecord + ": DNS does not say"));
}

TEST(DoctorDkimTest, AKeyThatDoesNotSignIsANote) {
  const Explained<void> there;
  EXPECT_THAT(said(key(DkimUse::next, there)),
              ElementsAre("note " + kRecord + ": is in DNS, and its key does not sign yet"));
  EXPECT_THAT(said(key(DkimUse::next, Failure{Errc::not_found, kRecord + " is not in DNS"})),
              ElementsAre("note " + kRecord + ": is not in DNS; its key does not sign yet"));
  EXPECT_THAT(said(key(DkimUse::old, std::nullopt)),
              ElementsAre("note /d/x.test/s.pem: signs no more"));
}

TEST(DoctorDkimTest, AFileThatCannotBeUsedIsWrongWhereItIsToSign) {
  DkimKeyFacts facts = key(DkimUse::signs, std::nullopt);
  facts.readable = Failure{Errc::invalid, "/d/x.test/s.pem may be read by others"};
  EXPECT_THAT(said(facts), ElementsAre("wrong /d/x.test/s.pem: may be read by others"));
  facts.file.use = DkimUse::next;
  EXPECT_THAT(said(facts), ElementsAre("note /d/x.test/s.pem: may be read by others"));
  facts.readable = Failure{Errc::io_error, "cannot read /d/x.test/s.pem: Permission denied"};
  EXPECT_THAT(said(facts), ElementsAre("unseen /d/x.test/s.pem: may not be read by us"));
}

TEST(DoctorDkimTest, DomainsWithoutKeysAreNamedInOneSentence) {
  DkimFacts facts;
  facts.unsigned_domains = {"a.test", "b.test"};
  facts.wanting = {"b.test"};
  EXPECT_THAT(lines_of(judge_dkim(facts)),
              ElementsAre("warning b.test: has sign_forwarded and no key: nothing is signed",
                          "note a.test and b.test: do not sign: reports that go home bear no DKIM "
                          "signature"));
}

}  // namespace
}  // namespace waybill::tools::doctor
