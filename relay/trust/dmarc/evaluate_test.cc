#include "relay/trust/dmarc/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <fstream>

#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/run_virtual.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::trust::dmarc {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

DmarcRequest from(std::string author) {
  DmarcRequest out;
  out.authors = {std::move(author)};
  return out;
}

DmarcRequest with_dkim(DmarcRequest request, std::string domain,
                       Authentication outcome = Authentication::passed) {
  request.dkim.push_back({std::move(domain), outcome});
  return request;
}

DmarcRequest with_spf(DmarcRequest request, std::string domain,
                      Authentication outcome = Authentication::passed) {
  request.spf = Identifier{std::move(domain), outcome};
  return request;
}

class DmarcTest : public testing::Test {
 protected:
  DmarcTest() { std::ofstream(list_) << "test\n"; }
  ~DmarcTest() override { std::remove(list_.c_str()); }

  void policy(const std::string& domain, const std::string& text) {
    resolver_.add_text("_dmarc." + domain, text);
  }

  DmarcResult judge(const DmarcRequest& request) {
    return tests::run_task(io_, evaluate(resolver_, request, clock_.now() + 10s));
  }

  DmarcResult judge_by_suffixes(const DmarcRequest& request) {
    const auto suffixes = PublicSuffixes::load(list_);
    EXPECT_TRUE(suffixes) << suffixes.error();
    return tests::run_task(
        io_, evaluate_by_suffixes(resolver_, *suffixes, chance_, request, clock_.now() + 10s));
  }

  const std::string list_ = testing::TempDir() + "waybill_dmarc_suffixes";
  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::SeededChance chance_{1};
  tests::ZoneResolver resolver_{clock_};
};

TEST_F(DmarcTest, SaysNothingWhereNothingIsPublished) {
  const DmarcResult result = judge(with_spf(from("example.test"), "example.test"));
  EXPECT_EQ(result.code, DmarcCode::none);
  EXPECT_EQ(result.policy, Policy::none);
  EXPECT_EQ(result.author, "example.test");
}

// RFC 9989 5.3.1
TEST_F(DmarcTest, JudgesNoMailWithoutAnAuthorOrWithOneThatCannotBeRead) {
  policy("example.test", "v=DMARC1; p=reject");
  EXPECT_EQ(judge(DmarcRequest()).code, DmarcCode::permerror);
  for (const std::size_t unreadable : {0, 1}) {
    DmarcRequest two = from("example.test");
    two.authors.insert(two.authors.begin() + static_cast<std::ptrdiff_t>(unreadable), "");
    const DmarcResult result = judge(with_spf(two, "example.test"));
    EXPECT_EQ(result.code, DmarcCode::permerror) << unreadable;
    EXPECT_THAT(result.aligned, IsEmpty());
  }
  DmarcRequest many;
  for (std::size_t i = 0; i <= kMaxAuthorDomains; ++i) {
    many.authors.push_back("a" + std::to_string(i) + ".test");
  }
  EXPECT_EQ(judge(many).code, DmarcCode::permerror);
  EXPECT_THAT(resolver_.asked(), IsEmpty());
}

// RFC 7489 6.6.1. A forger put his own mailbox beside another's: no policy was asked for.
TEST_F(DmarcTest, OfSeveralAuthorsTheStrictestPolicyDecides) {
  policy("victim.test", "v=DMARC1; p=reject");
  policy("watches.test", "v=DMARC1; p=none");
  policy("careful.test", "v=DMARC1; p=quarantine");
  policy("attacker.test", "v=DMARC1; p=none");
  resolver_.fail("_dmarc.away.test", runtime::Errc::temporary);
  const struct {
    std::vector<std::string> authors;
    DmarcCode code;
    Policy policy;
    std::string author;
  } cases[] = {
      {{"victim.test", "attacker.test"}, DmarcCode::fail, Policy::reject, "victim.test"},
      {{"attacker.test", "Victim.test"}, DmarcCode::fail, Policy::reject, "victim.test"},
      {{"attacker.test", "watches.test"}, DmarcCode::fail, Policy::none, "watches.test"},
      {{"attacker.test", "nothing.test"}, DmarcCode::none, Policy::none, "nothing.test"},
      {{"watches.test", "careful.test"}, DmarcCode::fail, Policy::quarantine, "careful.test"},
      {{"careful.test", "away.test"}, DmarcCode::temperror, Policy::reject, "away.test"},
      {{"away.test", "victim.test"}, DmarcCode::fail, Policy::reject, "victim.test"},
  };
  for (const auto& one : cases) {
    DmarcRequest request;
    request.authors = one.authors;
    const DmarcResult result = judge(with_spf(request, "attacker.test"));
    EXPECT_EQ(result.code, one.code) << one.author;
    EXPECT_EQ(result.policy, one.policy) << one.author;
    EXPECT_EQ(result.author, one.author);
  }
  DmarcRequest both;
  both.authors = {"victim.test", "attacker.test"};
  EXPECT_EQ(judge(with_dkim(with_spf(both, "attacker.test"), "victim.test")).code, DmarcCode::pass);
}

TEST_F(DmarcTest, WhatDnsHidesMayBeAsBadAsTheAuthorsAskForAndNoWorse) {
  policy("strict.test", "v=DMARC1; p=reject");
  policy("careful.test", "v=DMARC1; p=quarantine");
  const struct {
    const char* author;
    Policy policy;
  } cases[] = {{"strict.test", Policy::reject}, {"careful.test", Policy::quarantine}};
  for (const auto& one : cases) {
    const auto result = judge(with_spf(from(one.author), one.author, Authentication::unknown));
    EXPECT_EQ(result.code, DmarcCode::temperror);
    EXPECT_EQ(result.policy, one.policy) << one.author;
  }
}

TEST_F(DmarcTest, ADomainThatNobodyAnswersForHasNoPolicyThatHides) {
  resolver_.add("hidden.test. A 192.0.2.1\n");
  resolver_.fail("_dmarc.hidden.test", runtime::Errc::temporary);
  resolver_.fail("_dmarc.dead.test", runtime::Errc::temporary);
  resolver_.fail("dead.test", runtime::Errc::temporary);
  EXPECT_EQ(judge(from("hidden.test")).code, DmarcCode::temperror);
  EXPECT_EQ(judge(from("hidden.test")).policy, Policy::reject);
  EXPECT_EQ(judge(from("dead.test")).code, DmarcCode::temperror);
  EXPECT_EQ(judge(from("dead.test")).policy, Policy::none);
  EXPECT_EQ(judge(with_spf(from("hidden.test"), "hidden.test")).policy, Policy::none)
      << "whatever it is, it is met";
  EXPECT_EQ(judge(with_spf(from("hidden.test"), "evil.test")).policy, Policy::reject);
  policy("bank.test", "v=DMARC1; p=reject");
  resolver_.fail("_dmarc.lame.bank.test", runtime::Errc::temporary);
  resolver_.fail("lame.bank.test", runtime::Errc::temporary);
  EXPECT_EQ(judge(from("lame.bank.test")).policy, Policy::reject) << "its organisation's";
}

TEST_F(DmarcTest, ATopLevelDomainThatNobodyAnswersForPutsNoMailOff) {
  resolver_.fail("_dmarc.test", runtime::Errc::temporary);
  EXPECT_EQ(judge(from("plain.test")).code, DmarcCode::none);
  policy("org.test", "v=DMARC1; p=reject");
  EXPECT_EQ(judge(with_spf(from("a.org.test"), "b.org.test")).code, DmarcCode::pass);
  EXPECT_EQ(judge(with_spf(from("a.org.test"), "evil.test")).code, DmarcCode::fail);
}

TEST_F(DmarcTest, APolicyIsFoundWithoutWaitingForTheEvidence) {
  policy("example.test", "v=DMARC1; p=reject");
  Evaluation evaluation(resolver_, {"example.test"});
  tests::run_task(io_, evaluation.find_policies(clock_.now() + 10s));
  resolver_.silence("_dmarc.example.test");
  const auto result =
      tests::run_task(io_, evaluation.decide(with_spf({}, "example.test"), clock_.now() + 10s));
  EXPECT_EQ(result.code, DmarcCode::pass);
  EXPECT_EQ(result.published, Policy::reject);
}

TEST_F(DmarcTest, TakesSeveralAuthorsOfOneDomainForOne) {
  policy("example.test", "v=DMARC1; p=reject");
  DmarcRequest two = from("example.test");
  two.authors.push_back("EXAMPLE.test");
  EXPECT_EQ(judge(with_dkim(two, "Example.Test")).code, DmarcCode::pass);
}

TEST_F(DmarcTest, AsksOnceWhereTheIdentifierIsTheAuthor) {
  policy("example.test", "v=DMARC1; p=reject");
  const DmarcResult result = judge(with_spf(from("example.test"), "example.test"));
  EXPECT_EQ(result.code, DmarcCode::pass);
  EXPECT_THAT(result.aligned, ElementsAre(AlignedIdentifier{Method::spf, "example.test"}));
  EXPECT_THAT(resolver_.asked(), ElementsAre("txt _dmarc.example.test"));
}

TEST_F(DmarcTest, AlignsStrictlyWhereTheRecordAsksForIt) {
  policy("example.test", "v=DMARC1; p=reject; adkim=s; aspf=r");
  const DmarcRequest signed_below = with_dkim(from("example.test"), "mail.example.test");
  EXPECT_EQ(judge(signed_below).code, DmarcCode::fail);
  EXPECT_EQ(judge(with_spf(signed_below, "mail.example.test")).code, DmarcCode::pass);
}

TEST_F(DmarcTest, NeverAlignsWhatDidNotPass) {
  policy("example.test", "v=DMARC1; p=reject");
  const DmarcResult result =
      judge(with_dkim(from("example.test"), "example.test", Authentication::failed));
  EXPECT_EQ(result.code, DmarcCode::fail);
  EXPECT_EQ(result.policy, Policy::reject);
}

// A failure that may pass could hide the very identifier that vouches.
TEST_F(DmarcTest, WaitsForAnAlignedIdentifierThatCouldNotBeChecked) {
  policy("example.test", "v=DMARC1; p=reject");
  const DmarcRequest aligned =
      with_dkim(from("example.test"), "example.test", Authentication::unknown);
  EXPECT_EQ(judge(aligned).code, DmarcCode::temperror);
  EXPECT_EQ(judge(with_spf(aligned, "example.test")).code, DmarcCode::pass);
  const DmarcRequest apart = with_dkim(from("example.test"), "other.test", Authentication::unknown);
  EXPECT_EQ(judge(apart).code, DmarcCode::fail);
}

// RFC 9989 4.10, the example
TEST_F(DmarcTest, AsksAtMostEightNamesOnAWalk) {
  const DmarcResult result = judge(from("a.b.c.d.e.f.g.h.i.j.mail.example.test"));
  EXPECT_EQ(result.code, DmarcCode::none);
  EXPECT_THAT(
      resolver_.asked(),
      ElementsAre("txt _dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.test",
                  "txt _dmarc.g.h.i.j.mail.example.test", "txt _dmarc.h.i.j.mail.example.test",
                  "txt _dmarc.i.j.mail.example.test", "txt _dmarc.j.mail.example.test",
                  "txt _dmarc.mail.example.test", "txt _dmarc.example.test", "txt _dmarc.test"));
}

// RFC 9989 4.10.2, the examples
TEST_F(DmarcTest, FindsTheOrganisationOnTheWalk) {
  policy("mail.example.test", "v=DMARC1; p=none");
  policy("example.test", "v=DMARC1; p=reject");
  EXPECT_EQ(judge(from("a.mail.example.test")).organisation, "example.test");
}

TEST_F(DmarcTest, EndsTheWalkAtAnOrganisationThatSaysSo) {
  policy("mail.example.test", "v=DMARC1; p=quarantine; psd=n");
  policy("example.test", "v=DMARC1; p=reject");
  const DmarcResult result = judge(with_dkim(from("a.mail.example.test"), "example.test"));
  EXPECT_EQ(result.organisation, "mail.example.test");
  EXPECT_EQ(result.code, DmarcCode::fail);
  EXPECT_EQ(result.policy, Policy::quarantine);
}

TEST_F(DmarcTest, TakesThePolicyOfThePublicSuffixWhereTheOrganisationHasNone) {
  policy("test", "v=DMARC1; p=reject; psd=y");
  const DmarcResult result = judge(with_dkim(from("a.mail.example.test"), "b.example.test"));
  EXPECT_EQ(result.organisation, "example.test");
  EXPECT_EQ(result.policy_domain, "test");
  EXPECT_EQ(result.code, DmarcCode::pass);
  EXPECT_EQ(judge(with_dkim(from("example.test"), "other.test")).code, DmarcCode::fail);
}

TEST_F(DmarcTest, DoesNotAlignWhatIsAnOrganisationOfItsOwnBelowTheAuthor) {
  policy("example.test", "v=DMARC1; p=reject");
  policy("tenant.example.test", "v=DMARC1; p=none; psd=n");
  EXPECT_EQ(judge(with_dkim(from("example.test"), "a.tenant.example.test")).code, DmarcCode::fail);
}

TEST_F(DmarcTest, ReadsThePolicyForSubdomainsByTheirExistence) {
  policy("example.test", "v=DMARC1; p=reject; sp=quarantine; np=none");
  resolver_.add("www.example.test. A 192.0.2.1\n");
  EXPECT_EQ(judge(from("example.test")).policy, Policy::reject);
  EXPECT_EQ(judge(from("www.example.test")).policy, Policy::quarantine);
  EXPECT_EQ(judge(from("ghost.example.test")).policy, Policy::none);
}

TEST_F(DmarcTest, SaysTryLaterWhereExistenceDecidesAndDnsIsSilent) {
  policy("example.test", "v=DMARC1; p=reject; np=none");
  resolver_.fail("ghost.example.test", runtime::Errc::temporary);
  EXPECT_EQ(judge(from("ghost.example.test")).code, DmarcCode::temperror);
}

// RFC 9989 4.7
TEST_F(DmarcTest, AsksForOneLevelLessWhereTheRecordIsTested) {
  policy("reject.test", "v=DMARC1; p=reject; t=y");
  policy("quarantine.test", "v=DMARC1; p=quarantine; t=y");
  EXPECT_EQ(judge(from("reject.test")).policy, Policy::quarantine);
  EXPECT_EQ(judge(from("reject.test")).published, Policy::reject);
  EXPECT_EQ(judge(from("quarantine.test")).policy, Policy::none);
  EXPECT_EQ(judge_by_suffixes(from("reject.test")).policy, Policy::reject);
}

// RFC 7489 6.6.4
TEST_F(DmarcTest, TakesAShareOfTheMailWherePctAsksForIt) {
  policy("never.test", "v=DMARC1; p=reject; pct=0");
  policy("half.test", "v=DMARC1; p=reject; pct=50");
  EXPECT_EQ(judge_by_suffixes(from("never.test")).policy, Policy::quarantine);
  EXPECT_EQ(judge(from("never.test")).policy, Policy::reject);
  int rejected = 0;
  for (int i = 0; i < 200; ++i) {
    if (judge_by_suffixes(from("half.test")).policy == Policy::reject) ++rejected;
  }
  EXPECT_GT(rejected, 60);
  EXPECT_LT(rejected, 140);
}

TEST_F(DmarcTest, FindsThePolicyOfTheOrganisationByTheList) {
  policy("example.test", "v=DMARC1; p=reject; sp=quarantine");
  policy("mail.example.test", "v=DMARC1; p=none; psd=n");
  const DmarcResult result = judge_by_suffixes(from("a.mail.example.test"));
  EXPECT_EQ(result.policy_domain, "example.test");
  EXPECT_EQ(result.policy, Policy::quarantine);
  EXPECT_THAT(resolver_.asked(),
              ElementsAre("txt _dmarc.a.mail.example.test", "txt _dmarc.example.test"));
}

// RFC 9989 4.10.1
TEST_F(DmarcTest, TakesAPolicyThatCannotBeReadForNoneWhereReportsAreAskedFor) {
  policy("reports.test", "v=DMARC1; p=bob; rua=mailto:a@reports.test");
  policy("silent.test", "v=DMARC1; p=bob");
  const DmarcResult result = judge(from("reports.test"));
  EXPECT_EQ(result.code, DmarcCode::fail);
  EXPECT_EQ(result.policy, Policy::none);
  EXPECT_EQ(judge(with_spf(from("silent.test"), "silent.test")).code, DmarcCode::permerror);
}

TEST_F(DmarcTest, TakesSeveralRecordsAtOneNameForNone) {
  policy("example.test", "v=DMARC1; p=reject");
  policy("example.test", "v=DMARC1; p=none");
  policy("test", "v=DMARC1; p=quarantine; psd=y");
  EXPECT_EQ(judge(from("example.test")).policy_domain, "test");
  EXPECT_EQ(judge_by_suffixes(from("example.test")).code, DmarcCode::none);
}

TEST_F(DmarcTest, SaysTryLaterWhereDnsGivesNoAnswerAndEndsByTheDeadline) {
  resolver_.silence("_dmarc.example.test");
  const auto begin = clock_.now();
  const DmarcResult result =
      tests::run_virtual(io_, clock_, evaluate(resolver_, from("example.test"), begin + 5s));
  EXPECT_EQ(result.code, DmarcCode::temperror);
  EXPECT_EQ(clock_.now(), begin + 5s);
}

}  // namespace
}  // namespace waybill::relay::trust::dmarc
