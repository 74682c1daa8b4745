// Mail whose sender asks for TLS on the whole way (REQUIRETLS, RFC 8689).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using testing::Contains;
using testing::Not;
using testing::StartsWith;
using tests::HopScript;
using tests::with;

const HopScript kOffersIt = {{"EHLO 1", "250-mx.test\r\n250 STARTTLS"},
                             {"EHLO", "250-mx.test\r\n250 REQUIRETLS"},
                             {"STARTTLS", "220 go on"}};
const HopScript kTlsAlone = with(kOffersIt, "EHLO", "250 mx.test");

class HandoverRequireTlsTest : public testing::Test, public tests::HandoverWorld {
 protected:
  HandoverRequireTlsTest() {
    dns_.add(kTwoHops);
    dns_.sign("h.test");
  }

  std::string ask_for(std::string_view sender = "ann@e.test",
                      std::string_view target = "bob@h.test") {
    auto mail = tests::mail_from(sender);
    mail.require_tls = true;
    return ask(*handover(target, mail));
  }
};

TEST_F(HandoverRequireTlsTest, GoesByVerifiedTlsToAHostThatOffersItWhateverTheLevelSays) {
  for (const TlsLevel level :
       {TlsLevel::none, TlsLevel::opportunistic, TlsLevel::required, TlsLevel::verified}) {
    tls_.levels["h.test"] = level;
    hops_.listen(kHop, {kOffersIt});
    EXPECT_EQ(ask_for(), "accepted RCPT 250");
    EXPECT_EQ(answer_.tls->verified_by, "pkix");
    EXPECT_THAT(hops_.take_heard(), Contains("MAIL FROM:<ann@e.test> REQUIRETLS"));
    pool_.clear();
  }
}

TEST_F(HandoverRequireTlsTest, OtherMailIsNotSaidToAskForIt) {
  tls_.levels["h.test"] = TlsLevel::required;
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_THAT(hops_.take_heard(), Contains("MAIL FROM:<ann@e.test>"));
  // A session that nobody verified is not lent to what asks for more.
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for(), "accepted RCPT 250");
  EXPECT_THAT(hops_.take_heard(), Contains("dial " + kHop));
}

TEST_F(HandoverRequireTlsTest, AHostWithoutItIsPassedOverAndKeptForOtherMail) {
  hops_.listen(kHop, {kTlsAlone});
  hops_.listen(kSecond, {kOffersIt});
  EXPECT_EQ(ask_for(), "accepted RCPT 250");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
  EXPECT_THAT(hops_.heard(), Not(Contains("close")));
  hops_.listen(kSecond, {kTlsAlone});
  pool_.clear();
  EXPECT_EQ(ask_for(), "refused MAIL 550 next-hop-without-requiretls");
  EXPECT_EQ(answer_.reply.enhanced, "5.7.30");
}

TEST_F(HandoverRequireTlsTest, WhereTlsIsNotOfferedTheSenderIsToldAtOnceAndWhereItFailsLater) {
  hops_.fail_dial(kSecond, runtime::Errc::refused);
  dns_.remove("h.test");
  dns_.add("h.test. MX 10 mx1.h.test.\n");
  const HopScript in_clear = {{"EHLO", "250-mx.test\r\n250 REQUIRETLS"}};
  const HopScript refuses = {{"EHLO", "250-mx.test\r\n250 STARTTLS"}, {"STARTTLS", "454 no"}};
  hops_.listen(kHop, {in_clear});
  EXPECT_EQ(ask_for(), "refused STARTTLS 550 next-hop-without-requiretls");
  EXPECT_EQ(answer_.reply.enhanced, "5.7.10");
  hops_.listen(kHop, {refuses});
  EXPECT_EQ(ask_for(), "deferred STARTTLS 451 next-hop-tls");
  tls_.failure = "unknown authority";
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_THAT(hops_.heard(), Not(Contains(StartsWith("MAIL"))));
}

TEST_F(HandoverRequireTlsTest, AHostThatIsAwayKeepsTheMailOpen) {
  hops_.fail_dial(kHop, runtime::Errc::refused);
  hops_.listen(kSecond, {kTlsAlone});
  EXPECT_EQ(ask_for(), "deferred connect 451 unreachable");
}

// RFC 8689 4.2.1: whoever changes unsigned DNS has a certificate of the name that he put there.
TEST_F(HandoverRequireTlsTest, AHostThatUnsignedDnsNamesGetsNoneUnlessAPolicyNamesItToo) {
  dns_.add("g.test. MX 10 mx1.h.test.\n");
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for("ann@e.test", "bob@g.test"),
            "refused STARTTLS 550 next-hop-without-requiretls");
  EXPECT_EQ(answer_.reply.enhanced, "5.7.10");
  EXPECT_THAT(hops_.heard(), Not(Contains("dial " + kHop)));
  sts::Policy policy;
  policy.unsure = true;
  tls_.policies["g.test"] = policy;
  EXPECT_EQ(ask_for("ann@e.test", "bob@g.test"), "deferred STARTTLS 451 next-hop-tls");
  policy = {};
  policy.mode = sts::Mode::testing;
  policy.mx = {"mx1.h.test"};
  tls_.policies["g.test"] = policy;
  EXPECT_EQ(ask_for("ann@e.test", "bob@g.test"), "accepted RCPT 250");
}

TEST_F(HandoverRequireTlsTest, WithoutAnMxTheDomainsOwnNameStandsInTheCertificate) {
  dns_.add("a.test. A 192.0.2.1\n");
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for("ann@e.test", "bob@a.test"), "accepted RCPT 250");
  EXPECT_EQ(answer_.tls->verified_name, "a.test");
  pool_.clear();
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for("ann@e.test", "bob@[192.0.2.1]"), "accepted RCPT 250");
}

TEST_F(HandoverRequireTlsTest, AReportComesHomeAlsoWhereNobodyOffersIt) {
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(ask_for(""), "accepted RCPT 250");
  EXPECT_THAT(hops_.take_heard(), Contains("MAIL FROM:<>"));
  pool_.clear();
  tls_.levels["h.test"] = TlsLevel::required;
  hops_.listen(kHop, {kOffersIt});
  EXPECT_EQ(ask_for(""), "accepted RCPT 250");
  EXPECT_THAT(hops_.take_heard(), Contains("MAIL FROM:<> REQUIRETLS"));
}

// Whoever offers it there would refuse the word, and the report would be lost.
TEST_F(HandoverRequireTlsTest, WhatIsOfferedInClearIsNotTaken) {
  hops_.listen(kHop, {{{"EHLO", "250-mx.test\r\n250 REQUIRETLS"}}});
  EXPECT_EQ(ask_for(""), "accepted RCPT 250");
  EXPECT_THAT(hops_.take_heard(), Contains("MAIL FROM:<>"));
}

}  // namespace
}  // namespace waybill::relay::forward
