#include "relay/forward/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;
using tests::HopScript;
using tests::kHangUp;
using tests::kSilence;

class HandoverTest : public testing::Test, public tests::HandoverWorld {};

TEST_F(HandoverTest, AsksAndSendsAndKeepsTheSessionForTheNextMessage) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
  EXPECT_THAT(hops_.heard(),
              ElementsAre("dial 192.0.2.1:25", "EHLO relay.test", "MAIL FROM:<ann@e.test>",
                          "RCPT TO:<bob@h.test>", "DATA", "body 34", "MAIL FROM:<ann@e.test>",
                          "RCPT TO:<bob@h.test>", "DATA", "body 34"));
  EXPECT_EQ(pool_.size(), 1u);
}

TEST_F(HandoverTest, WhereThereIsNowhereToGoNobodyIsDialled) {
  dns_.add(R"(
null.test.      MX 0 .
us.test.        A  192.0.2.99
loop.test.      MX 10 us.test.
second.test.    MX 10 us.test.
second.test.    MX 20 mx1.h.test.
addressed.test. MX 10 other-name.test.
other-name.test. A 192.0.2.99
mx1.h.test.     A  192.0.2.1
bare.test.      TXT "no mail here"
)");
  dns_.fail("broken.test", Errc::temporary);
  dns_.silence("silent.test");
  const struct {
    const char* target;
    std::string outcome;
    std::string enhanced;
  } cases[] = {
      {"bob@null.test", "refused  556 no-route", "5.1.10"},
      {"bob@nowhere.test", "refused  550 no-route", "5.1.2"},
      {"bob@bare.test", "refused  550 no-route", "5.1.2"},
      {"bob@loop.test", "refused  554 no-route", "5.4.6"},
      {"bob@second.test", "refused  554 no-route", "5.4.6"},
      {"bob@addressed.test", "refused  554 no-route", "5.4.6"},
      {"bob@[192.0.2.99]", "refused  554 no-route", "5.4.6"},
      {"bob@[192.0.2.99]:25", "refused  554 no-route", "5.4.6"},
      {"bob@broken.test", "deferred  451 no-route", "4.4.3"},
      {"bob@silent.test", "deferred  451 no-route", "4.4.3"},
  };
  for (const auto& c : cases) {
    const auto begun = clock_.now();
    EXPECT_EQ(ask(c.target), c.outcome) << c.target;
    EXPECT_EQ(answer_.reply.enhanced, c.enhanced) << c.target;
    EXPECT_EQ(answer_.by, HopAnswer::By::policy) << c.target;
    EXPECT_EQ(hop(), "none") << c.target;
    EXPECT_LE(clock_.now() - begun, kDnsTimeout) << c.target;
  }
  EXPECT_THAT(hops_.heard(), testing::IsEmpty());
}

TEST_F(HandoverTest, AnAddressLiteralIsDialledWithoutDns) {
  const struct {
    const char* target;
    const char* dialled;
  } cases[] = {
      {"bob@[192.0.2.7]", "dial 192.0.2.7:25"},
      {"bob@[192.0.2.7]:2525", "dial 192.0.2.7:2525"},
      {"bob@[IPv6:2001:db8::7]", "dial [2001:db8::7]:25"},
      // We listen on port 25 of it only.
      {"bob@[192.0.2.99]:2525", "dial 192.0.2.99:2525"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ask(c.target), "deferred connect 451 unreachable");
    EXPECT_THAT(hops_.take_heard(), ElementsAre(c.dialled));
  }
  EXPECT_THAT(dns_.asked(), testing::IsEmpty());
}

TEST_F(HandoverTest, ATargetsPortStandsForThatOfItsExchanges) {
  dns_.add(kTwoHops);
  ask("bob@h.test:587");
  EXPECT_THAT(hops_.heard(), ElementsAre("dial 192.0.2.1:587", "dial 192.0.2.2:587"));
}

TEST_F(HandoverTest, AHopThatTurnsUsAwayBeforeMailIsPassedOver) {
  dns_.add(kTwoHops);
  constexpr auto kShare = 2min;  // half of ask()'s four: another address is left
  const struct {
    HopScript first;
    runtime::Duration waited;
  } cases[] = {
      {{{"connect", "421 4.3.2 busy" + kHangUp}}, 0s},
      {{{"connect", "450 4.3.2 later"}}, 0s},
      {{{"connect", "554 5.7.1 not you"}}, 0s},
      {{{"connect", "250 what"}}, 0s},
      {{{"connect", "nonsense"}}, 0s},
      {{{"connect", kHangUp}}, 0s},
      {{{"connect", kSilence}}, kShare},
      {{{"EHLO", "421 4.3.2 busy" + kHangUp}}, 0s},
      {{{"EHLO", "451 4.3.0 later"}}, 0s},
      {{{"EHLO", "550 no"}, {"HELO", "550 no"}}, 0s},
      {{{"EHLO", kHangUp}}, 0s},
      {{{"EHLO", kSilence}}, kShare},
      // Later too where the server speaks of itself, or not at all.
      {{{"MAIL", "421 4.3.2 busy" + kHangUp}}, 0s},
      {{{"MAIL", "354 go on"}}, 0s},
      {{{"MAIL", kHangUp}}, 0s},
      {{{"RCPT", "421 4.3.2 busy" + kHangUp}}, 0s},
      {{{"RCPT", kHangUp}}, 0s},
      {{{"RCPT", "nonsense"}}, 0s},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.first.begin()->first + ": " + c.first.begin()->second);
    hops_.listen(kHop, {c.first});
    hops_.listen(kSecond, {HopScript()});
    const auto begun = clock_.now();
    EXPECT_EQ(ask(), "accepted RCPT 250");
    EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
    EXPECT_EQ(clock_.now() - begun, c.waited);
    pool_.clear();
  }
}

// RFC 5321 4.5.3.2.1: 5 minutes, as far as the whole step lasts.
TEST_F(HandoverTest, AGreetingThatNobodyElseCouldGiveIsWaitedForToTheEnd) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {{{"connect", kSilence}}});
  const auto begun = clock_.now();
  EXPECT_EQ(ask(), "deferred connect 451 unreachable");
  EXPECT_EQ(clock_.now() - begun, 4min);
}

TEST_F(HandoverTest, AHopThatCannotBeDialledIsPassedOver) {
  dns_.add(kTwoHops);
  hops_.listen(kSecond, {HopScript()});
  const struct {
    Errc error;
    runtime::Duration waited;
  } cases[] = {
      {Errc::refused, 0s},
      {Errc::unreachable, 0s},
      {Errc::limit_exceeded, 0s},
      {Errc::timeout, kConnectTimeout},
  };
  for (const auto& c : cases) {
    hops_.fail_dial(kHop, c.error);
    const auto begun = clock_.now();
    EXPECT_EQ(ask(), "accepted RCPT 250");
    EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
    EXPECT_EQ(clock_.now() - begun, c.waited);
    pool_.clear();
  }
}

TEST_F(HandoverTest, TheFirstAnswerToMailOrRcptStands) {
  dns_.add(kTwoHops);
  hops_.listen(kSecond, {HopScript()});
  const struct {
    HopScript first;
    std::string outcome;
  } cases[] = {
      {{{"MAIL", "450 4.7.1 later"}}, "deferred MAIL 450"},
      {{{"MAIL", "503 5.5.1 what"}}, "refused MAIL 503"},
      {{{"MAIL", "550 5.7.1 no"}}, "refused MAIL 550"},
      {{{"RCPT", "450 4.2.0 greylisted"}}, "deferred RCPT 450"},
      {{{"RCPT", "503 5.5.1 what"}}, "refused RCPT 503"},
      {{{"RCPT", "550 5.1.1 no"}}, "refused RCPT 550"},
      {{{"RCPT", "251 2.1.5 will forward"}}, "accepted RCPT 251"},
      {{{"EHLO", "250-mx\r\n250 SIZE 10"}}, "refused MAIL 552 next-hop-size"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.outcome);
    hops_.listen(kHop, {c.first});
    smtp::MailParameters mail = tests::mail_from("ann@e.test");
    mail.size = 11;
    EXPECT_EQ(ask(*handover("bob@h.test", mail)), c.outcome);
    EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
    EXPECT_THAT(hops_.take_heard(), Not(Contains("dial 192.0.2.2:25")));
    pool_.clear();
  }
}

TEST_F(HandoverTest, WhereNoneAnswersTheLastOneTriedIsNamed) {
  dns_.add(kTwoHops);
  EXPECT_EQ(ask(), "deferred connect 451 unreachable");
  EXPECT_EQ(answer_.by, HopAnswer::By::relay);
  EXPECT_EQ(answer_.reply.text, "The next hop mx2.h.test could not be reached: connection refused");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
  EXPECT_EQ(pool_.size(), 0u);
}

TEST_F(HandoverTest, TheWordsOfTheLastOnePassedOverAreTheAnswer) {
  dns_.add(kTwoHops);
  hops_.listen(kHop, {{{"connect", "554 5.7.1 not you"}}});
  hops_.listen(kSecond, {{{"connect", "421 4.3.2 busy"}}});
  EXPECT_EQ(ask(), "deferred connect 421");
  EXPECT_EQ(answer_.by, HopAnswer::By::next_hop);
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
}

// RFC 5321 5.1: as long as one of the hosts may take the mail later, it is not refused.
TEST_F(HandoverTest, AHopThatMayComeBackKeepsTheRecipientOpen) {
  dns_.add(kTwoHops);
  hops_.listen(kSecond, {{{"connect", "554 5.7.1 not you"}}});
  EXPECT_EQ(ask(), "deferred connect 451 unreachable");
  EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
  hops_.listen(kHop, {{{"connect", "554 5.7.1 not you"}}});
  EXPECT_EQ(ask(), "refused connect 554");
}

TEST_F(HandoverTest, TheDeadlineEndsTheSearch) {
  dns_.add(kTwoHops);
  hops_.fail_dial(kHop, Errc::timeout);
  hops_.fail_dial(kSecond, Errc::timeout);
  const auto begun = clock_.now();
  EXPECT_EQ(ask(*handover(), 5s), "deferred connect 451 unreachable");
  EXPECT_EQ(clock_.now() - begun, 5s);
  EXPECT_THAT(hops_.heard(), ElementsAre("dial 192.0.2.1:25", "dial 192.0.2.2:25"));
}

TEST_F(HandoverTest, OfWhomNobodyWasAskedItIsNotSaidThatNobodyAnswers) {
  dns_.add(kTwoHops);
  dns_.delay("h.test", 1s);
  EXPECT_EQ(ask(*handover(), 0s), "deferred MAIL 451 out-of-time");
  EXPECT_THAT(hops_.heard(), ElementsAre());
}

TEST_F(HandoverTest, WhereOneHostHasNoRoomTheNextOneIsAsked) {
  dns_.add(kTwoHops);
  hops_.listen(kSecond, {HopScript()});
  std::vector<HopBudget::Held> work;
  while (auto leave = budget_.try_take(tests::endpoint(kHop))) work.push_back(std::move(*leave));
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
}

TEST_F(HandoverTest, ARecipientNobodyAnswersForIsDeferredAtTheDeadline) {
  dns_.add(kTwoHops);
  hops_.listen(kSecond, {HopScript()});
  for (const char* step : {"MAIL", "RCPT"}) {
    hops_.listen(kHop, {{{step, kSilence}}});
    const auto begun = clock_.now();
    EXPECT_EQ(ask(*handover(), 4min), "deferred connect 451 unreachable") << step;
    EXPECT_EQ(clock_.now() - begun, 4min);
    EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
    EXPECT_EQ(pool_.size(), 0u);
  }
}

TEST_F(HandoverTest, ItLeavesFromTheAddressOfItsDomainAndNoneIsLentToAnother) {
  Sources sources;
  sources.by_default.v4 = runtime::ip_of("192.0.2.10");
  sources.by_domain["g.test"].v4 = runtime::ip_of("192.0.2.11");
  const relay::forward::HandoverParts parts{clock_,     chance_,    hops_,          dns_,
                                            pool_,      budget_,    clients_,       tls_,
                                            ourselves_, host_name_, dns::kSmtpPort, sources};
  dns_.add(kOneHop);
  dns_.add("g.test. MX 10 mx1.h.test.\n");
  hops_.listen(kHop, {HopScript(), HopScript()});
  for (const char* target : {"bob@h.test", "bob@g.test", "eve@h.test", "eve@g.test"}) {
    Handover one(parts, client_, tests::target(target), tests::mail_from("ann@e.test"));
    EXPECT_EQ(ask(one), "accepted RCPT 250") << target;
    one.let_go();
  }
  auto heard = hops_.take_heard();
  std::erase_if(heard, [](const std::string& line) { return !line.starts_with("dial "); });
  EXPECT_THAT(heard, testing::ElementsAre("dial 192.0.2.1:25 from 192.0.2.10",
                                          "dial 192.0.2.1:25 from 192.0.2.11"));
}

constexpr const char* kOffersTls = "250-mx.test\r\n250 STARTTLS";

TEST_F(HandoverTest, TlsThatNobodyAskedForAndThatFailsIsDoneWithoutOnce) {
  dns_.add(kOneHop);
  tls_.levels["h.test"] = TlsLevel::opportunistic;
  tls_.failure = "no shared cipher";
  const HopScript hop = {{"EHLO", kOffersTls}, {"STARTTLS", "220 go on"}};
  hops_.listen(kHop, {hop, hop});
  const auto one = handover();
  EXPECT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_EQ(answer_.tls_failure, "no shared cipher");
  EXPECT_FALSE(answer_.tls);
  EXPECT_EQ(send(*one), "accepted body 250");
  EXPECT_EQ(answer_.tls_failure, "no shared cipher") << "the event tells of it";
  EXPECT_EQ(pool_.size(), 0u) << "the next message tries TLS again";
  settle();
  const auto heard = hops_.heard();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "dial 192.0.2.1:25"), 2);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "STARTTLS"), 1);
}

TEST_F(HandoverTest, ASessionThatIsKeptIsVerifiedForTheNameThatWasDialledAlone) {
  dns_.add(kOneHop);
  dns_.add("g.test. MX 10 mxg.g.test.\nmxg.g.test. A 192.0.2.1\n");
  tls_.levels["h.test"] = tls_.levels["g.test"] = TlsLevel::opportunistic;
  tls_.trusted = true;
  hops_.listen(kHop, {{{"EHLO", kOffersTls}, {"STARTTLS", "220 go on"}}});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(answer_.tls->verified_name, "mx1.h.test");
  EXPECT_EQ(ask("ann@g.test"), "accepted RCPT 250");
  EXPECT_EQ(hop(), "mxg.g.test 192.0.2.1:25");
  ASSERT_TRUE(answer_.tls) << "the session of before";
  EXPECT_EQ(answer_.tls->verified_name, "");
}

TEST_F(HandoverTest, WithoutTheTlsThatIsAskedForTheMailWaits) {
  dns_.add(kTwoHops);
  const struct {
    TlsLevel level;
    HopScript hop;
    std::string handshake;
    std::string why;
  } cases[] = {
      {TlsLevel::required, {}, "", "it does not offer STARTTLS"},
      {TlsLevel::verified,
       {{"EHLO", kOffersTls}, {"STARTTLS", "220 go on"}},
       "self-signed certificate",
       "self-signed certificate"},
  };
  for (const auto& c : cases) {
    tls_.levels["h.test"] = c.level;
    tls_.failure = c.handshake;
    hops_.listen(kHop, {c.hop});
    hops_.listen(kSecond, {c.hop});
    EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
    EXPECT_EQ(answer_.reply.text, "TLS with the next hop mx2.h.test failed: " + c.why);
    EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25") << "the first one was passed over";
  }
  // A session in clear that is idle is none for a target that wants TLS.
  tls_.levels.clear();
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  tls_.levels["h.test"] = TlsLevel::required;
  hops_.listen(kHop, {HopScript()});
  hops_.listen(kSecond, {HopScript()});
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
}

TEST_F(HandoverTest, AClientThatUsesItsShareOfConnectionsWaitsAndLeavesOthersTheirs) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {HopScript(), HopScript()});
  std::vector<ClientBudget::Held> work;
  while (auto share = clients_.try_take(client_)) work.push_back(std::move(*share));
  const runtime::Instant begun = clock_.now();
  EXPECT_EQ(ask(), "deferred MAIL 451 next-hop-busy");
  EXPECT_EQ(clock_.now() - begun, std::chrono::seconds(5));
  client_ = boost::asio::ip::make_address("198.51.100.8");
  EXPECT_EQ(ask(), "accepted RCPT 250") << "another client";
  client_ = boost::asio::ip::make_address("198.51.100.7");
  work.pop_back();
  const auto one = handover();
  EXPECT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_FALSE(clients_.try_take(client_)) << "while the next hop is held";
  one->let_go();
  EXPECT_TRUE(clients_.try_take(client_)) << "an idle session is nobody's";
}

TEST_F(HandoverTest, AShareIsGivenBackWhereNobodyTakesTheRecipient) {
  dns_.add(kOneHop);
  const auto one = handover();
  EXPECT_EQ(ask(*one), "deferred connect 451 unreachable");
  EXPECT_EQ(clients_.taken(), 0u);
}

TEST_F(HandoverTest, WhatAHopCannotCarryIsRefusedBeforeMailIsSaid) {
  dns_.add(kOneHop);
  const std::string utf8 = "250-mx\r\n250 SMTPUTF8";
  const std::string small = "250-mx\r\n250 SIZE 100";
  smtp::MailParameters plain = tests::mail_from("ann@e.test");
  smtp::MailParameters utf8_sender = tests::mail_from("j\xc3\xb6rg@e.test");
  smtp::MailParameters utf8_header = plain;
  utf8_header.smtputf8 = true;
  smtp::MailParameters fits = plain;
  fits.size = 100;
  smtp::MailParameters large = plain;
  large.size = 101;
  const struct {
    std::string ehlo;
    std::string target;
    smtp::MailParameters mail;
    std::string outcome;
  } cases[] = {
      {"250 mx", "bob@h.test", plain, "accepted RCPT 250"},
      {"250 mx", "bob@h.test", utf8_sender, "refused MAIL 550 next-hop-without-smtputf8"},
      {"250 mx", "bob@h.test", utf8_header, "accepted RCPT 250"},
      {"250 mx",
       "b\xc3\xb6"
       "b@h.test",
       plain, "refused MAIL 550 next-hop-without-smtputf8"},
      {utf8, "bob@h.test", utf8_sender, "accepted RCPT 250"},
      {utf8,
       "b\xc3\xb6"
       "b@h.test",
       utf8_header, "accepted RCPT 250"},
      {small, "bob@h.test", plain, "accepted RCPT 250"},
      {small, "bob@h.test", fits, "accepted RCPT 250"},
      {small, "bob@h.test", large, "refused MAIL 552 next-hop-size"},
      {"250-mx\r\n250 SIZE", "bob@h.test", large, "accepted RCPT 250"},
      {"250-mx\r\n250 SIZE 0", "bob@h.test", large, "accepted RCPT 250"},
      {"250 mx", "bob@h.test", large, "accepted RCPT 250"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.ehlo << ": " << c.target);
    const bool accepted = c.outcome == "accepted RCPT 250";
    hops_.listen(kHop, {{{"EHLO", c.ehlo}}});
    // Over a session of its own, then over one of the pool.
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(ask(*handover(c.target, c.mail)), c.outcome);
      EXPECT_EQ(answer_.by, accepted ? HopAnswer::By::next_hop : HopAnswer::By::policy);
      EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
      EXPECT_EQ(pool_.size(), 1u) << "the session is as good as before";
      EXPECT_THAT(hops_.take_heard(), Contains(StartsWith("MAIL")).Times(accepted ? 1 : 0))
          << round;
    }
    pool_.clear();
    hops_.take_heard();
  }
}

TEST_F(HandoverTest, AHandoverThatIsLetGoLeavesItsSessionFitForTheNext) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {{{"RCPT 2", "550 5.1.1 no"}}});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(ask(), "refused RCPT 550");
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_THAT(hops_.heard(), AllOf(Contains("dial 192.0.2.1:25").Times(1),
                                   Contains("RSET").Times(2), Contains("DATA").Times(1)));
}

TEST_F(HandoverTest, WhatAPooledSessionSaysOfItselfIsNoVerdict) {
  dns_.add(kOneHop);
  // The second transaction of the first connection meets this; a new connection is sound.
  const struct {
    std::string step;
    std::string says;
  } cases[] = {
      {"MAIL 2", "503 5.5.1 out of step"},
      {"RCPT 2", "503 5.5.1 out of step"},
      {"MAIL 2", "421 4.4.2 idle" + kHangUp},
      {"RCPT 2", "421 4.4.2 idle" + kHangUp},
      {"MAIL 2", kHangUp},
      {"RCPT 2", kHangUp},
      {"MAIL 2", "nonsense"},
      {"MAIL 2", "250 ok\r\n250 again"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.step + ": " + c.says);
    hops_.listen(kHop, {{{c.step, c.says}}, HopScript()});
    ASSERT_EQ(deliver(), "accepted body 250");
    hops_.take_heard();
    EXPECT_EQ(deliver(), "accepted body 250");
    EXPECT_THAT(hops_.heard(), Contains("dial 192.0.2.1:25").Times(1));
    EXPECT_EQ(pool_.size(), 1u);
    pool_.clear();
    hops_.take_heard();
  }
}

TEST_F(HandoverTest, WhatAPooledSessionSaysOfTheMessageStands) {
  dns_.add(kOneHop);
  const struct {
    std::string step;
    std::string says;
    std::string outcome;
  } cases[] = {
      {"MAIL 2", "550 5.7.1 no", "refused MAIL 550"},
      {"MAIL 2", "451 4.7.1 later", "deferred MAIL 451"},
      {"RCPT 2", "550 5.1.1 no", "refused RCPT 550"},
      {"RCPT 2", "450 4.2.0 later", "deferred RCPT 450"},
  };
  for (const auto& c : cases) {
    hops_.listen(kHop, {{{c.step, c.says}}});
    ASSERT_EQ(deliver(), "accepted body 250");
    hops_.take_heard();
    EXPECT_EQ(deliver(), c.outcome);
    EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
    EXPECT_THAT(hops_.heard(), Not(Contains(StartsWith("dial"))));
    pool_.clear();
  }
}

TEST_F(HandoverTest, APooledSessionThatTheServerClosedMeanwhileCostsNothing) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {HopScript()});
  ASSERT_EQ(deliver(), "accepted body 250");
  hops_.hang_up();
  hops_.take_heard();
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_THAT(hops_.heard(), Contains("dial 192.0.2.1:25"));
}

TEST_F(HandoverTest, APooledSessionThatIsLostAndCannotBeMadeAgainPassesOn) {
  dns_.add(kTwoHops);
  hops_.listen(kHop, {{{"MAIL 2", kHangUp}}});
  hops_.listen(kSecond, {HopScript()});
  ASSERT_EQ(deliver(), "accepted body 250");
  hops_.fail_dial(kHop, Errc::refused);
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
}

TEST_F(HandoverTest, ASessionGoesBackToThePoolOnlyIfItIsInStep) {
  dns_.add(kOneHop);
  const struct {
    HopScript script;
    std::string outcome;
    std::size_t kept;
  } cases[] = {
      {{}, "accepted body 250", 1},
      {{{"DATA", "451 4.3.0 later"}}, "deferred DATA 451", 1},
      {{{"DATA", "421 4.3.2 busy"}}, "deferred DATA 421", 0},
      {{{"body", "554 5.7.1 spam"}}, "refused body 554", 1},
      {{{"body", "452 4.3.1 full"}}, "deferred body 452", 1},
      {{{"body", "421 4.3.2 busy"}}, "deferred body 421", 0},
      {{{"body", kSilence}}, "in_doubt body 451 connection-lost", 0},
      {{{"body", kHangUp}}, "in_doubt body 451 connection-lost", 0},
  };
  for (const auto& c : cases) {
    hops_.listen(kHop, {c.script});
    EXPECT_EQ(deliver(), c.outcome);
    EXPECT_EQ(hop(), "mx1.h.test 192.0.2.1:25");
    EXPECT_EQ(pool_.size(), c.kept) << c.outcome;
    pool_.clear();
  }
}

TEST_F(HandoverTest, WithoutClearanceTheSessionIsNotKept) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {HopScript()});
  clearance_.refusal = Errc::fenced;
  EXPECT_EQ(deliver(), "deferred body 451 connection-lost");
  EXPECT_EQ(pool_.size(), 0u);
  EXPECT_THAT(hops_.bodies(), testing::IsEmpty());
}

TEST_F(HandoverTest, TellsWhetherTheHopTakesRequestsForNoticesOn) {
  dns_.add(kOneHop);
  for (const bool dsn : {true, false}) {
    HopScript script;
    if (dsn) script["EHLO"] = "250-mx\r\n250 DSN";
    hops_.listen(kHop, {script});
    ASSERT_EQ(deliver(), "accepted body 250");
    EXPECT_EQ(answer_.dsn_passed_on, dsn);
    pool_.clear();
  }
}

TEST_F(HandoverTest, AConnectionThatWasLetGoIsTakenUpAgainForTheMessage) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {HopScript()});
  const auto one = handover();
  ASSERT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_TRUE(one->holds());
  one->let_go();
  EXPECT_FALSE(one->holds());
  EXPECT_EQ(pool_.size(), 1u);
  hops_.take_heard();
  EXPECT_EQ(send(*one), "accepted body 250");
  EXPECT_THAT(hops_.heard(), ElementsAre("RSET", "MAIL FROM:<ann@e.test>", "RCPT TO:<bob@h.test>",
                                         "DATA", "body 34"));
}

TEST_F(HandoverTest, AskedAgainTheHopMayRefuseAndNothingIsSent) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {{{"DATA", "421 4.4.2 Idle" + kHangUp}}, {{"RCPT", "550 5.1.1 gone"}}});
  const auto one = handover();
  ASSERT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_EQ(send(*one), "refused RCPT 550");
  EXPECT_THAT(hops_.bodies(), testing::IsEmpty());
}

}  // namespace
}  // namespace waybill::relay::forward
