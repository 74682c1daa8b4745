// Sessions as transcripts (tests/support/smtp_script.h); the driver's policy stands in
// tests/support/smtp_player.h. Each is played whole, octet by octet, and cut at every position.

#include "relay/smtp/server_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "tests/support/smtp_script.h"

namespace waybill::relay::smtp {
namespace {

using tests::SmtpPlayer;
using tests::SmtpTurn;

constexpr ServerLimits kSmall{.max_message_octets = 20, .max_recipients = 2, .max_transactions = 3};

struct SessionCase {
  const char* name;
  const char* script;
  ServerLimits limits = {};
};

void PrintTo(const SessionCase& session, std::ostream* out) { *out << session.name; }

const SessionCase kServerSessions[] = {
    {"OneMessage", R"(
S: 220 mx.example ESMTP Waybill
C: EHLO client.example
S: 250-mx.example
S: 250-PIPELINING
S: 250-SIZE 52428800
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250-ENHANCEDSTATUSCODES
S: 250-CHUNKING
S: 250-DSN
S: 250-PRDR
S: 250 XASKED
C: MAIL FROM:<alice@a.example> SIZE=100 BODY=8BITMIME
D: mail <alice@a.example> size=100 8bitmime
S: 250 2.1.0 OK
C: RCPT TO:<bob@b.example>
D: rcpt <bob@b.example>
S: 250 2.1.5 OK
C: DATA
D: body
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: x
C: 
C: ..dot
C: .
D: end octets=20
S: 250 2.0.0 Taken
C: QUIT
D: hangup
S: 221 2.0.0 Bye
)"},
    {"PipelinedToTheEnd", R"(
S: 220 mx.example ESMTP Waybill
C: helo client
S: 250 mx.example
C: mail from:<>
C: rcpt to:<bob@b.example>
C: rcpt to:<nobody@b.example>
C: data
D: mail <>
D: rcpt <bob@b.example>
D: rcpt <nobody@b.example>
D: body
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 550 5.1.1 No such user
S: 354 End data with <CR><LF>.<CR><LF>
C: .
C: MAIL FROM:<carol@c.example>
C: RSET
C: NOOP with words
C: QUIT
C: NOOP
D: end octets=0
D: mail <carol@c.example>
D: reset
D: hangup
S: 250 2.0.0 Taken
S: 250 2.1.0 OK
S: 250 2.0.0 OK
S: 250 2.0.0 OK
S: 221 2.0.0 Bye
)"},
    {"BodySentBeforeIts354IsStillTheBody", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: DATA
C: QUIT
C: .
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=6
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 354 End data with <CR><LF>.<CR><LF>
S: 250 2.0.0 Taken
S: 250 2.0.0 OK
)"},
    {"OrderOfCommands", R"(
S: 220 mx.example ESMTP Waybill
C: MAIL FROM:<a@a.example>
S: 503 5.5.1 EHLO first
C: HELO c
S: 250 mx.example
C: RCPT TO:<b@b.example>
S: 503 5.5.1 MAIL first
C: DATA
S: 503 5.5.1 MAIL first
C: MAIL FROM:<a@a.example>
D: mail <a@a.example>
S: 250 2.1.0 OK
C: MAIL FROM:<a@a.example>
S: 503 5.5.1 A transaction is open
C: DATA
S: 503 5.5.1 RCPT first
C: DATA now
S: 501 5.5.4 Syntax: DATA
C: RCPT TO:<nobody@b.example>
D: rcpt <nobody@b.example>
S: 550 5.1.1 No such user
C: DATA
S: 554 5.5.1 No valid recipients
C: HELO again
D: reset
S: 250 mx.example
C: RSET
S: 250 2.0.0 OK
)"},
    {"RefusedSenderOpensNoTransaction", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<blocked@a.example>
C: RCPT TO:<b@b.example>
D: mail <blocked@a.example>
S: 550 5.7.1 Blocked
S: 503 5.5.1 MAIL first
)"},
    {"RefusedBodyEndsTheTransaction", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<unwanted@a.example>
C: RCPT TO:<b@b.example>
C: DATA
C: DATA
D: mail <unwanted@a.example>
D: rcpt <b@b.example>
D: body
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 554 5.7.1 Not wanted
S: 503 5.5.1 MAIL first
)"},
    {"SmallTalk", R"(
S: 220 mx.example ESMTP Waybill
C: HELP
S: 214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT
C: VRFY postmaster
S: 252 2.5.0 Cannot verify, send mail to find out
C: VRFY
S: 501 5.5.4 Syntax: VRFY name
C: EXPN list
S: 502 5.5.1 Command not offered
C: STARTTLS
S: 502 5.5.1 Command not offered
C: AUTH PLAIN AGEAYg==
S: 502 5.5.1 Command not offered
C: BOGUS
S: 500 5.5.2 Command not known
C: RSET x
S: 501 5.5.4 Syntax: RSET
C: QUIT now
S: 501 5.5.4 Syntax: QUIT
C: EHLO
S: 501 5.5.4 Syntax: EHLO or HELO name
C: HELO two words
S: 501 5.5.4 Syntax: EHLO or HELO name
C: 
S: 500 5.5.2 Command not known
)"},
    {"SyntaxErrorsOfMailAndRcptGoOnRecordFirst", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: RCPT TO:bob@b.example
S: 503 5.5.1 MAIL first
C: MAIL FROM:a@a.example
D: mail <FROM:a@a.example> refused=501
S: 501 5.5.4 Syntax: MAIL FROM:<address> [parameters]
C: MAIL FROM:<a@a.example>
D: mail <a@a.example>
S: 250 2.1.0 OK
C: RCPT TO:bob@b.example
D: rcpt <TO:bob@b.example> refused=501
S: 501 5.5.4 Syntax: RCPT TO:<address> [parameters]
C: RCPT TO:<bo\0b@b.example>
D: rcpt <TO:<bo b@b.example>> refused=501
S: 501 5.5.2 Control octets are not allowed
C: RCPT TO:<b\xC3\xB6b@b.example>
D: rcpt <böb@b.example> refused=553
S: 553 5.6.7 Address needs SMTPUTF8
C: RCPT TO:<postmaster>
D: rcpt <postmaster@mx.example>
S: 250 2.1.5 OK
)"},
    {"TooManyRecipients", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<a@a.example> SIZE=21
D: mail <a@a.example> refused=552 size=21
S: 552 5.3.4 Message is larger than this host takes
C: MAIL FROM:<a@a.example>
C: RCPT TO:<1@b.example>
C: RCPT TO:<away@b.example>
C: RCPT TO:<2@b.example>
C: RCPT TO:<3@b.example>
C: DATA
C: x
C: .
D: mail <a@a.example>
D: rcpt <1@b.example>
D: rcpt <away@b.example>
D: rcpt <2@b.example>
D: rcpt <3@b.example> refused=452
D: body
D: end octets=3
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 450 4.2.1 Try later
S: 250 2.1.5 OK
S: 452 4.5.3 Too many recipients
S: 354 End data with <CR><LF>.<CR><LF>
S: 250 2.0.0 Taken
)",
     kSmall},
    {"TooManyTransactions", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<1@a.example>
C: RSET
C: MAIL FROM:<2@a.example>
C: RSET
C: MAIL FROM:<3@a.example>
C: RSET
C: MAIL FROM:<4@a.example>
C: NOOP
D: mail <1@a.example>
D: reset
D: mail <2@a.example>
D: reset
D: mail <3@a.example>
D: reset
D: hangup
S: 250 2.1.0 OK
S: 250 2.0.0 OK
S: 250 2.1.0 OK
S: 250 2.0.0 OK
S: 250 2.1.0 OK
S: 250 2.0.0 OK
S: 421 4.7.0 Too many messages in one session
)",
     kSmall},
    {"BareLineFeedInABodyIsOneRefusedMessage", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: DATA
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 354 End data with <CR><LF>.<CR><LF>
C: hello\r\n.\nMAIL FROM:<smuggled@a.example>\r\n\n.\r\nRCPT TO:<b@b.example>\r\n\r.\r\nDATA
C: .
C: NOOP
D: end octets=7 bare_line_end
S: 554 5.6.0 Bare CR or LF
S: 250 2.0.0 OK
)"},
    {"BodyAboveTheLimit", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: DATA
C: 123456789
C: ..3456789
C: .
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: DATA
C: 123456789
C: ..23456789
C: .
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=20 too_large
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=20 too_large
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 354 End data with <CR><LF>.<CR><LF>
S: 552 5.3.4 Too large
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 354 End data with <CR><LF>.<CR><LF>
S: 552 5.3.4 Too large
)",
     kSmall},
    {"LineBrokenByABareLineFeedIsOneRefusedLine", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: NOOP\nMAIL FROM:<smuggled@a.example>\nRSET
S: 500 5.5.2 Lines end in CR LF, not in LF alone
C: NOOP\rRSET
S: 501 5.5.2 Control octets are not allowed
C: NOOP
S: 250 2.0.0 OK
)"},
    {"Http", R"(
S: 220 mx.example ESMTP Waybill
C: POST / HTTP/1.1
C: Host: mx.example
C: 
C: EHLO evil.example
D: hangup
S: 554 5.5.1 This is SMTP, not HTTP
)"},
    {"HttpHeaderInsideASession", R"(
S: 220 mx.example ESMTP Waybill
C: NOOP
C: Host: mx.example
C: MAIL FROM:<a@a.example>
D: hangup
S: 250 2.0.0 OK
S: 554 5.5.1 This is SMTP, not HTTP
)"},
    {"AFirstCommandThatNobodyKnowsIsNotTheLast", R"(
S: 220 mx.example ESMTP Waybill
C: XYZZY
S: 500 5.5.2 Command not known
C: EXPN list
S: 502 5.5.1 Command not offered
C: HELO c
S: 250 mx.example
)"},
    {"AnotherProtocolSpeaksFirst", R"(
S: 220 mx.example ESMTP Waybill
C: \x16\x03\x01\0\xA5
C: EHLO c
D: hangup
S: 500 5.5.2 Command not known
)"},
    {"TheDriverEndsTheSessionBy421", R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
C: MAIL FROM:<a@a.example>
C: RCPT TO:<crash@b.example>
C: RCPT TO:<b@b.example>
D: mail <a@a.example>
D: rcpt <crash@b.example>
D: hangup
S: 250 2.1.0 OK
S: 421 4.3.0 Going down
)"},
};

class ServerSession : public testing::TestWithParam<SessionCase> {
 protected:
  SmtpPlayer player() const { return SmtpPlayer(GetParam().limits); }
  const std::vector<SmtpTurn> turns_ = tests::read_script(GetParam().script);
};

TEST_P(ServerSession, IsAnsweredAsWritten) { expect_script(turns_, player()); }

TEST_P(ServerSession, IsTheSameOctetByOctet) { expect_script_cut(turns_, player(), 0); }

TEST_P(ServerSession, IsTheSameCutAtEveryPosition) {
  std::size_t longest = 0;
  for (const SmtpTurn& turn : turns_) longest = std::max(longest, turn.sent.size());
  for (std::size_t at = 1; at < longest && !HasFailure(); ++at) {
    expect_script_cut(turns_, player(), at);
  }
}

INSTANTIATE_TEST_SUITE_P(Sessions, ServerSession, testing::ValuesIn(kServerSessions),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(ServerCoreTest, EndsTheSessionAfterTooManyErrors) {
  SmtpPlayer player;
  player.say("NOOP\r\n");
  for (int i = 1; i < kMaxErrors; ++i)
    EXPECT_EQ(player.say("X\r\n"), "500 5.5.2 Command not known\r\n");
  EXPECT_EQ(player.say("X\r\nNOOP\r\n"),
            "500 5.5.2 Command not known\r\n421 4.7.0 Too many errors\r\n");
  EXPECT_TRUE(player.closed());
}

TEST(ServerCoreTest, SyntaxErrorsOfRcptAreErrorsToo) {
  SmtpPlayer player;
  player.say("HELO c\r\nMAIL FROM:<a@a.example>\r\n");
  for (int i = 1; i < kMaxErrors; ++i) player.say("RCPT TO:x\r\n");
  EXPECT_FALSE(player.closed());
  EXPECT_TRUE(player.say("RCPT TO:x\r\n").ends_with("421 4.7.0 Too many errors\r\n"));
}

TEST(ServerCoreTest, UnknownRecipientsAreNoErrorsOfTheClient) {
  SmtpPlayer player;
  player.say("HELO c\r\nMAIL FROM:<a@a.example>\r\n");
  for (int i = 0; i < 3 * kMaxErrors; ++i) player.say("RCPT TO:<nobody@b.example>\r\n");
  EXPECT_FALSE(player.closed());
}

TEST(ServerCoreTest, EndsTheSessionAfterTooManyCommandsWithoutMail) {
  SmtpPlayer player;
  for (int i = 0; i < kMaxIdleCommands; ++i) EXPECT_EQ(player.say("NOOP\r\n"), "250 2.0.0 OK\r\n");
  EXPECT_EQ(player.say("NOOP\r\n"), "421 4.7.0 Too many commands without mail\r\n");
  EXPECT_TRUE(player.closed());
}

TEST(ServerCoreTest, MailStartsTheCountOfCommandsWithoutMailAnew) {
  SmtpPlayer player;
  player.say("HELO c\r\n");
  for (int i = 0; i < kMaxIdleCommands; ++i) player.say("MAIL FROM:<>\r\nNOOP\r\nRSET\r\n");
  EXPECT_FALSE(player.closed());
}

TEST(ServerCoreTest, LineTooLongIsRefusedOnceAndPassedOver) {
  SmtpPlayer player;
  player.say("NOOP\r\n");
  EXPECT_EQ(player.say("NOOP " + std::string(kMaxCommandLine, 'x')), "500 5.5.6 Line too long\r\n");
  EXPECT_EQ(player.say(std::string(1 << 20, 'x') + "\nQUIT\r\nNOOP\r\n"), "250 2.0.0 OK\r\n");
}

TEST(ServerCoreTest, RcptLineTooLongGoesOnRecord) {
  SmtpPlayer player;
  player.say("HELO c\r\nMAIL FROM:<>\r\n");
  EXPECT_EQ(player.say("RCPT TO:<" + std::string(3000, 'x') + ">\r\n"),
            "500 5.5.6 Line too long\r\n");
  EXPECT_TRUE(player.seen().back().ends_with("refused=500"));
}

TEST(ServerCoreTest, GreetingThatRefusesEndsTheSession) {
  ServerCore core("mx.example", {});
  core.greet({554, "5.7.1", "No service here"});
  EXPECT_EQ(core.take_output(), "554 5.7.1 No service here\r\n");
  core.feed("EHLO c\r\n");
  EXPECT_TRUE(std::holds_alternative<Hangup>(core.next()));
  EXPECT_TRUE(std::holds_alternative<Hangup>(core.next()));
  EXPECT_EQ(core.take_output(), "");
}

TEST(ServerCoreTest, ClientThatTalksBeforeTheGreetingIsTolerated) {
  SmtpPlayer player;
  EXPECT_EQ(player.say("NOOP\r\n"), "250 2.0.0 OK\r\n");
  EXPECT_EQ(player.greet(), "220 mx.example ESMTP Waybill\r\n");
}

TEST(ServerCoreTest, ShutDownBetweenAStepAndItsAnswerDropsTheAnswer) {
  ServerCore core("mx.example", {});
  core.feed("HELO c\r\nMAIL FROM:<>\r\nNOOP\r\n");
  EXPECT_TRUE(std::holds_alternative<MailStep>(core.next()));
  core.take_output();
  core.shut_down({421, "4.3.2", "Restarting"});
  core.answer({250, "2.1.0", "OK"});
  EXPECT_TRUE(std::holds_alternative<Hangup>(core.next()));
  EXPECT_EQ(core.take_output(), "421 4.3.2 Restarting\r\n");
}

TEST(ServerCoreTest, TlsIsOfferedUntilItIsOn) {
  SmtpPlayer player;
  player.core().offer_tls();
  player.greet();
  EXPECT_NE(player.say("EHLO c.example\r\n").find("250-STARTTLS\r\n"), std::string::npos);
  EXPECT_EQ(player.say("STARTTLS now\r\n"), "501 5.5.4 Syntax: STARTTLS\r\n");
  EXPECT_EQ(player.say("STARTTLS\r\n"), "220 2.0.0 Ready to start TLS\r\n");
  EXPECT_EQ(player.seen().back(), "tls");
  EXPECT_EQ(player.say("EHLO c.example\r\n").find("STARTTLS"), std::string::npos);
  EXPECT_EQ(player.say("STARTTLS\r\n"), "503 5.5.1 TLS is on already\r\n");
}

// RFC 3207 4.2.
TEST(ServerCoreTest, WhatWasSaidBeforeTlsIsForgotten) {
  SmtpPlayer player;
  player.core().offer_tls();
  player.say("EHLO c.example\r\nMAIL FROM:<a@a.example>\r\n");
  EXPECT_EQ(player.say("STARTTLS\r\n"), "503 5.5.1 A transaction is open\r\n");
  player.say("RSET\r\nSTARTTLS\r\n");
  EXPECT_EQ(player.core().helo(), "");
  EXPECT_FALSE(player.core().esmtp());
  EXPECT_EQ(player.say("MAIL FROM:<a@a.example>\r\n"), "503 5.5.1 EHLO first\r\n");
}

// RFC 3207 6: somebody on the way may have put it there.
TEST(ServerCoreTest, WhatFollowsStartTlsInClearIsThrownAway) {
  for (const std::string injected :
       {"NOOP\r\n", "EHLO evil\r\nMAIL FROM:<evil@a.example>\r\n", "half a li"}) {
    SmtpPlayer player;
    player.core().offer_tls();
    player.say("EHLO c.example\r\n");
    EXPECT_EQ(player.say("STARTTLS\r\n" + injected), "220 2.0.0 Ready to start TLS\r\n");
    EXPECT_EQ(player.say("VRFY x\r\n"), "252 2.5.0 Cannot verify, send mail to find out\r\n");
    EXPECT_EQ(player.core().helo(), "");
    EXPECT_EQ(player.seen(), std::vector<std::string>{"tls"});
  }
}

TEST(ServerCoreTest, TellsWhatTheSessionIsAt) {
  SmtpPlayer player;
  EXPECT_EQ(player.core().helo(), "");
  player.say("HELO old.example\r\n");
  EXPECT_FALSE(player.core().esmtp());
  player.say("EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<1@b.example>\r\n");
  EXPECT_TRUE(player.core().esmtp());
  EXPECT_EQ(player.core().helo(), "client.example");
  EXPECT_EQ(player.core().recipients(), 1u);
  EXPECT_FALSE(player.core().in_body());
  player.say("DATA\r\n");
  EXPECT_TRUE(player.core().in_body());
  player.say(".\r\n");
  EXPECT_FALSE(player.core().in_body());
  EXPECT_EQ(player.core().recipients(), 0u);
}

TEST(ServerCoreTest, BodyPiecesAreViewsOfManyLinesIntoTheOctetsFed) {
  ServerCore core("mx.example", {});
  const std::string wire =
      "HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n1\r\n2\r\n3\r\n.\r\n";
  core.feed(wire);
  for (int asked = 0; asked < 3; ++asked) {
    core.next();
    core.answer({250, "2.0.0", "OK"});
  }
  const Step step = core.next();
  ASSERT_TRUE(std::holds_alternative<BodyChunk>(step));
  const std::string_view piece = std::get<BodyChunk>(step).octets;
  EXPECT_EQ(piece, "1\r\n2\r\n3\r\n");
  EXPECT_EQ(piece.data(), wire.data() + wire.find("1\r\n"));
}

TEST(ServerCoreTest, BodyThatDoesNotEndIsRefusedOnceEnoughOfItWasThrownAway) {
  SmtpPlayer player({.max_message_octets = 20});
  player.say("HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n");
  const std::string endless(1 << 20, 'x');
  std::uint64_t fed = 0;
  std::string output;
  while (output.empty() && fed < 2 * kMaxDrainedOctets) {
    output = player.say(endless);
    fed += endless.size();
  }
  EXPECT_EQ(output, "552 5.3.4 Too large\r\n");
  EXPECT_TRUE(player.closed());
  EXPECT_GT(fed, kMaxDrainedOctets);
}

using ServerCoreDeathTest = testing::Test;

TEST_F(ServerCoreDeathTest, WhatTheCoreRefusedIsNotAccepted) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  ServerCore core("mx.example", {});
  core.feed("HELO c\r\nMAIL FROM:<>\r\nRCPT TO:nobody\r\n");
  core.next();
  core.answer({250, "2.1.0", "OK"});
  core.next();
  EXPECT_DEATH(core.answer({250, "2.1.5", "OK"}), "refused is not accepted");
}

}  // namespace
}  // namespace waybill::relay::smtp
