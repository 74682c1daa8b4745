#include "relay/forward/hop_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/hop_session_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Not;
using tests::HopScript;
using tests::kHangUp;
using tests::kPipelining;
using tests::kPlain;
using tests::kSilence;
using tests::with;
using tests::words;

class HopSessionTest : public testing::Test, public tests::HopSessionWorld {};

constexpr const char* kClosed = "connection closed";
constexpr const char* kTimeout = "deadline passed";
constexpr const char* kInvalid = "invalid input";
constexpr const char* kTooMuch = "limit exceeded";

struct SessionStepCase {
  const char* step;
  std::string says;
  std::string outcome;
  bool usable = false;
};

TEST_F(HopSessionTest, GreetsAndSaysItsName) {
  dial(kPlain);
  EXPECT_EQ(open(), "EHLO 250");
  EXPECT_THAT(hops_.heard(), ElementsAre("EHLO relay.test"));
  EXPECT_TRUE(session_->fit_for_reuse());
}

TEST_F(HopSessionTest, EachAnswerToOpeningHasItsOutcome) {
  const std::string endless(70'000, 'x');
  const SessionStepCase cases[] = {
      {"connect", "220 hi", "EHLO 250", true},
      {"connect", "220-two\r\n220 lines", "EHLO 250", true},
      {"connect", "421 4.3.2 busy", "connect 421"},
      {"connect", "421 4.3.2 busy" + kHangUp, "connect 421"},
      {"connect", "450 later", "connect 450"},
      {"connect", "554 5.7.1 not you" + kHangUp, "connect 554"},
      {"connect", kSilence, kTimeout},
      {"connect", "220-half a greeting", kTimeout},
      {"connect", kHangUp, kClosed},
      {"connect", "220-half a greeting" + kHangUp, kClosed},
      {"connect", "SSH-2.0", kInvalid},
      {"connect", "220-codes\r\n250 differ", kInvalid},
      {"connect", "220 " + endless, kTooMuch},
      // No greeting, though positive.
      {"connect", "250 hi", kInvalid},
      {"connect", "354 go on", kInvalid},
      // One reply too many: from then on no reply would be the one it seems.
      {"connect", "220 hi\r\n250 too soon", kInvalid},
      {"EHLO", "250 mx", "EHLO 250", true},
      {"EHLO", "250-mx\r\n250-SIZE\r\n250 HELP", "EHLO 250", true},
      {"EHLO", "220 mx", kInvalid},
      {"EHLO", "354 go on", kInvalid},
      {"EHLO", "421 4.3.2 busy" + kHangUp, "EHLO 421"},
      {"EHLO", "450 later", "EHLO 450"},
      // HELO is said then.
      {"EHLO", "500 what", "EHLO 250", true},
      {"EHLO", "502 no", "EHLO 250", true},
      {"EHLO", "550 no", "EHLO 250", true},
      {"EHLO", kSilence, kTimeout},
      {"EHLO", "250-mx\r\n250-unfinished", kTimeout},
      {"EHLO", kHangUp, kClosed},
      {"EHLO", "250_mx", kInvalid},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.step << ": " << c.says.substr(0, 40));
    dial({{c.step, c.says}});
    const auto begun = clock_.now();
    EXPECT_EQ(open(), c.outcome);
    EXPECT_EQ(session_->unusable(), !c.usable);
    EXPECT_EQ(session_->fit_for_reuse(), c.usable);
    EXPECT_EQ(clock_.now() - begun, c.outcome == kTimeout ? 30s : 0s);
  }
}

constexpr const char* kRefused = "connection refused";

// RFC 3207 4: STARTTLS is an extension, which EHLO alone shows.
TEST_F(HopSessionTest, WhoRefusesEhloIsNotSaidToLackStartTls) {
  dial({{"EHLO", "502 5.5.1 no such command"}});
  session_->protect({&tls_, TlsLevel::required, "mx.test"});
  EXPECT_EQ(open(), kRefused);
  EXPECT_EQ(session_->tls_failure(),
            "it refused EHLO, without which there is no STARTTLS: 502 no such command");
  dial({{"EHLO", "502 5.5.1 no such command"}});
  session_->protect({&tls_, TlsLevel::opportunistic, "mx.test"});
  EXPECT_EQ(open(), "EHLO 250") << "in clear, after HELO";
}

const std::string kSessionOffersTls = "250-mx.test\r\n250-PIPELINING\r\n250 STARTTLS";

TEST_F(HopSessionTest, TlsIsBegunWhereItIsOfferedAndTheServerIsGreetedAnew) {
  dial({{"EHLO", kSessionOffersTls}, {"STARTTLS", "220 go on"}});
  session_->protect({&tls_, TlsLevel::verified, "mx.test"});
  EXPECT_EQ(open(), "EHLO 250");
  EXPECT_THAT(hops_.heard(), ElementsAre("EHLO relay.test", "STARTTLS", "EHLO relay.test"));
  ASSERT_TRUE(session_->tls());
  EXPECT_EQ(session_->tls()->version, "TLSv1.3");
  EXPECT_EQ(session_->tls()->verified_name, "mx.test");
  EXPECT_TRUE(session_->fit_for_reuse());
}

// In TLS 1.3 a server that wants none of our handshake says so behind its end.
TEST_F(HopSessionTest, AServerThatGoesAwayBehindTheHandshakeHasNotBegunTls) {
  dial({{"EHLO", kSessionOffersTls}, {"STARTTLS", "220 go on"}, {"EHLO 2", kHangUp}});
  session_->protect({&tls_, TlsLevel::opportunistic, "mx.test"});
  EXPECT_EQ(open(), kRefused);
  EXPECT_EQ(session_->tls_failure(), "it went away after the handshake: connection closed");
}

TEST_F(HopSessionTest, EachWayInWhichTlsDoesNotBeginHasItsOutcome) {
  const std::string offers = kSessionOffersTls;
  const std::string plain = "250 mx.test";
  const struct {
    std::string ehlo;
    std::string says;
    std::string handshake;
    TlsLevel level;
    std::string outcome;
    std::string failure;
  } cases[] = {
      {plain, "", "", TlsLevel::opportunistic, "EHLO 250", ""},
      {plain, "", "", TlsLevel::required, kRefused, "it does not offer STARTTLS"},
      {offers, "", "", TlsLevel::none, "EHLO 250", ""},
      {offers, "454 4.7.0 not now", "", TlsLevel::opportunistic, "EHLO 250",
       "it answered STARTTLS by 454 not now"},
      {offers, "454 4.7.0 not now", "", TlsLevel::required, kRefused,
       "it answered STARTTLS by 454 not now"},
      {offers, "421 4.3.2 busy" + kHangUp, "", TlsLevel::opportunistic, kRefused,
       "it answered STARTTLS by 421 busy"},
      {offers, kHangUp, "", TlsLevel::opportunistic, kRefused,
       "it did not answer STARTTLS: connection closed"},
      // Somebody on the way may have put it there (RFC 3207 6).
      {offers, "220 go on\r\n250-mx.evil\r\n250 AUTH PLAIN", "", TlsLevel::opportunistic, kRefused,
       "octets in clear followed its answer to STARTTLS"},
      {offers, "220 go on", "no shared cipher", TlsLevel::opportunistic, kRefused,
       "no shared cipher"},
      {offers, "220 go on", "no shared cipher", TlsLevel::verified, kRefused, "no shared cipher"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.says + " " + c.handshake);
    dial({{"EHLO", c.ehlo}, {"STARTTLS", c.says}});
    tls_.failure = c.handshake;
    session_->protect({&tls_, c.level, "mx.test"});
    EXPECT_EQ(open(), c.outcome);
    EXPECT_EQ(session_->tls_failure(), c.failure);
    EXPECT_EQ(session_->unusable(), c.outcome == kRefused);
    EXPECT_FALSE(c.outcome != kRefused && session_->tls());
  }
}

TEST_F(HopSessionTest, EachAnswerToHeloHasItsOutcome) {
  const SessionStepCase cases[] = {
      {"HELO", "250 mx", "EHLO 250", true},
      {"HELO", "421 busy", "EHLO 421"},
      {"HELO", "450 later", "EHLO 450"},
      {"HELO", "550 no", "EHLO 550"},
      {"HELO", "354 go on", kInvalid},
      {"HELO", "220 mx", kInvalid},
      {"HELO", kSilence, kTimeout},
      {"HELO", kHangUp, kClosed},
      {"HELO", "250-PIPELINING\r\n250 x", "EHLO 250", true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.says);
    dial({{"EHLO", "502 no"}, {c.step, c.says}});
    EXPECT_EQ(open(), c.outcome);
    EXPECT_EQ(session_->unusable(), !c.usable);
    EXPECT_FALSE(session_->offered().pipelining) << "HELO offers nothing";
    EXPECT_THAT(hops_.take_heard(), ElementsAre("EHLO relay.test", "HELO relay.test"));
  }
}

TEST_F(HopSessionTest, AfterA421NothingMoreIsSaid) {
  for (const char* step : {"connect", "EHLO"}) {
    dial({{step, "421 4.3.2 busy"}});
    open();
    EXPECT_THAT(hops_.take_heard(), Not(testing::Contains("HELO relay.test"))) << step;
  }
}

TEST_F(HopSessionTest, MailAndRcptGoOneByOneOrTogetherAsOffered) {
  for (const HopScript& script : {kPlain, kPipelining}) {
    dial(script);
    open();
    EXPECT_EQ(begin(), "RCPT 250");
    EXPECT_THAT(hops_.take_heard(),
                ElementsAre("EHLO relay.test", "MAIL FROM:<ann@e.test>", "RCPT TO:<bob@h.test>"));
    EXPECT_EQ(session_->transactions(), 1);
  }
}

TEST_F(HopSessionTest, AMailRefusedOneByOneIsFollowedByNoRcpt) {
  dial(with(kPlain, "MAIL", "550 5.7.1 no"));
  open();
  EXPECT_EQ(begin(), "MAIL 550");
  EXPECT_THAT(hops_.heard(), ElementsAre("EHLO relay.test", "MAIL FROM:<ann@e.test>"));
}

// Those that come out the same with PIPELINING and without.
TEST_F(HopSessionTest, EachAnswerToMailAndRcptHasItsOutcome) {
  const std::string endless(70'000, 'x');
  const SessionStepCase cases[] = {
      {"MAIL", "250 2.1.0 ok", "RCPT 250", true},
      {"MAIL", "250-two\r\n250 lines", "RCPT 250", true},
      {"MAIL", "421 4.3.2 busy" + kHangUp, "MAIL 421"},
      {"MAIL", "451 4.3.0 later", "MAIL 451", true},
      {"MAIL", "503 5.5.1 nested", "MAIL 503", true},
      {"MAIL", "550 5.7.1 no", "MAIL 550", true},
      {"MAIL", "552 5.3.4 too large", "MAIL 552", true},
      {"MAIL", "354 go on", kInvalid},
      {"MAIL", "250-unfinished" + kSilence, kTimeout},
      {"MAIL", kHangUp, kClosed},
      {"MAIL", "OK", kInvalid},
      {"MAIL", "250 " + endless, kTooMuch},
      {"MAIL", "250 ok\r\n250 again", kInvalid},
      {"RCPT", "250 2.1.5 ok", "RCPT 250", true},
      {"RCPT", "251 2.1.5 will forward", "RCPT 251", true},
      {"RCPT", "252 2.1.5 perhaps", "RCPT 252", true},
      {"RCPT", "421 4.3.2 busy" + kHangUp, "RCPT 421"},
      {"RCPT", "450 4.2.0 greylisted", "RCPT 450", true},
      {"RCPT", "503 5.5.1 MAIL first", "RCPT 503", true},
      {"RCPT", "550-5.1.1 no\r\n550 5.1.1 such user", "RCPT 550", true},
      {"RCPT", "354 go on", kInvalid},
      {"RCPT", kSilence, kTimeout},
      {"RCPT", kHangUp, kClosed},
      {"RCPT", "250_no", kInvalid},
      {"RCPT", "250-codes\r\n251 differ", "RCPT 251", true},
      {"RCPT", "250 " + endless, kTooMuch},
  };
  for (const auto& c : cases) {
    for (const HopScript& script : {kPlain, kPipelining}) {
      SCOPED_TRACE(testing::Message() << c.step << ": " << c.says.substr(0, 40));
      dial(with(script, c.step, c.says));
      ASSERT_EQ(open(), "EHLO 250");
      // With PIPELINING the answer to RCPT would be taken for that to MAIL.
      if (c.outcome == kTimeout && c.step == std::string("MAIL") && !script.empty()) continue;
      EXPECT_EQ(begin(), c.outcome);
      EXPECT_EQ(session_->unusable(), !c.usable);
    }
  }
}

TEST_F(HopSessionTest, WithPipeliningTheRefusalOfMailIsTheAnswerWhateverRcptGets) {
  const struct {
    std::string rcpt;
    std::string outcome;
    bool usable;
  } cases[] = {
      {"503 5.5.1 MAIL first", "MAIL 550", true},
      {"250 2.1.5 ok", "MAIL 550", true},
      {"550 5.1.1 no", "MAIL 550", true},
      {"421 4.3.2 enough" + kHangUp, "MAIL 550", false},
      {kSilence, kTimeout, false},
      {kHangUp, kClosed, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.rcpt);
    dial({{"EHLO", tests::kOffersPipelining}, {"MAIL", "550 5.7.1 no"}, {"RCPT refused", c.rcpt}});
    open();
    EXPECT_EQ(begin(), c.outcome);
    EXPECT_EQ(session_->unusable(), !c.usable);
  }
}

TEST_F(HopSessionTest, RepliesThatArriveOctetByOctetAreTheSame) {
  hops_.set_piece(1);
  for (const HopScript& script : {kPlain, kPipelining}) {
    dial(with(script, "RCPT", "550-5.1.1 no\r\n550 5.1.1 such user"));
    EXPECT_EQ(open(), "EHLO 250");
    EXPECT_EQ(begin(), "RCPT 550");
    EXPECT_TRUE(session_->fit_for_reuse());
  }
}

TEST_F(HopSessionTest, OctetsBehindTheLastReplyMakeTheSessionUnfit) {
  ready(with(kPlain, "body", "250 taken\r\n250 again"));
  EXPECT_EQ(send(), "accepted body 250");
  EXPECT_FALSE(session_->fit_for_reuse());
}

TEST_F(HopSessionTest, ResetGoesBetweenTransactionsWhereOneWasLeftOpen) {
  const struct {
    HopScript script;
    bool sent;
    bool reset;
  } cases[] = {
      {{}, true, false},
      {{}, false, true},
      {{{"MAIL 1", "550 no"}}, false, true},
      {{{"RCPT 1", "550 no"}}, false, true},
      {{{"DATA 1", "554 no"}}, true, true},
      {{{"body 1", "554 no"}}, true, true},
      {{{"body 1", "451 later"}}, true, true},
  };
  for (const auto& c : cases) {
    for (const HopScript& base : {kPlain, kPipelining}) {
      HopScript script = c.script;
      script.insert(base.begin(), base.end());
      dial(script);
      open();
      begin();
      if (c.sent) send();
      hops_.take_heard();
      EXPECT_TRUE(session_->fit_for_reuse());
      EXPECT_EQ(begin(), "RCPT 250");
      EXPECT_EQ(hops_.heard().front() == "RSET", c.reset);
      EXPECT_EQ(send(), "accepted body 250");
      EXPECT_EQ(session_->transactions(), 2);
    }
  }
}

TEST_F(HopSessionTest, EachAnswerToResetHasItsOutcome) {
  const SessionStepCase cases[] = {
      {"RSET", "250 ok", "RCPT 250", true},
      // Some servers do not know it; what follows tells.
      {"RSET", "500 what", "RCPT 250", true},
      {"RSET", "421 4.3.2 idle" + kHangUp, kClosed},
      {"RSET", "354 go on", kInvalid},
      {"RSET", kSilence, kTimeout},
      {"RSET", kHangUp, kClosed},
      {"RSET", "reset", kInvalid},
      {"RSET", "250 ok\r\n250 again", kInvalid},
  };
  for (const auto& c : cases) {
    for (const HopScript& script : {kPlain, kPipelining}) {
      SCOPED_TRACE(c.says);
      ready(with(script, "RSET", c.says));
      EXPECT_EQ(begin(), c.outcome);
      EXPECT_EQ(session_->unusable(), !c.usable);
    }
  }
}

TEST_F(HopSessionTest, WhatTheEnvelopeAsksForIsSaidWhereItIsOffered) {
  smtp::MailParameters mail = tests::mail_from("");
  mail.size = 1234;
  mail.eight_bit_mime = true;
  mail.ret = "HDRS";
  smtp::RcptParameters rcpt = tests::rcpt_to("bob@h.test");
  rcpt.notify = "NEVER";
  const struct {
    std::string ehlo;
    std::string mail;
    std::string rcpt;
  } cases[] = {
      {"250 mx", "MAIL FROM:<>", "RCPT TO:<bob@h.test>"},
      {"250-mx\r\n250-SIZE\r\n250-8BITMIME\r\n250 DSN",
       "MAIL FROM:<> SIZE=1234 BODY=8BITMIME RET=HDRS", "RCPT TO:<bob@h.test> NOTIFY=NEVER"},
  };
  for (const auto& c : cases) {
    dial({{"EHLO", c.ehlo}});
    open();
    EXPECT_EQ(words(run(session_->begin(mail, rcpt, in(1min)))), "RCPT 250");
    EXPECT_THAT(hops_.take_heard(), ElementsAre("EHLO relay.test", c.mail, c.rcpt));
  }
}

TEST_F(HopSessionTest, QuitIsSaidAndNotWaitedFor) {
  dial(with(kPlain, "QUIT", kSilence));
  open();
  const auto begun = clock_.now();
  run(session_->quit(in(kQuitTimeout)));
  EXPECT_EQ(hops_.heard().back(), "QUIT");
  EXPECT_EQ(clock_.now(), begun);
}

TEST_F(HopSessionTest, ASessionThatTheServerEndedOrSpokeInIsNotFit) {
  ready(kPlain);
  ASSERT_EQ(send(), "accepted body 250");
  EXPECT_TRUE(session_->fit_for_reuse());
  hops_.speak("421 4.4.2 idle for too long\r\n");
  EXPECT_FALSE(session_->fit_for_reuse());

  ready(kPlain);
  ASSERT_EQ(send(), "accepted body 250");
  hops_.hang_up();
  EXPECT_FALSE(session_->fit_for_reuse());
}

}  // namespace
}  // namespace waybill::relay::forward
