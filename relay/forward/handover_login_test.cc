// A log-in at the next hop (RFC 4954), and all that can go wrong with one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using smtp::Mechanism;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tests::HopScript;
using tests::kHangUp;
using tests::kSilence;
using tests::with;

constexpr const char* kSecret = "tanstaaftanstaaf";
constexpr const char* kPlainLine = "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm";

// It offers a log-in under TLS alone.
const HopScript kServer = {{"EHLO 1", "250-mx.test\r\n250 STARTTLS"},
                           {"EHLO", "250-mx.test\r\n250 AUTH LOGIN PLAIN"},
                           {"STARTTLS", "220 go on"},
                           {"AUTH", "235 2.7.0 welcome"}};

class HandoverLoginTest : public testing::Test, public tests::HandoverWorld {
 protected:
  HandoverLoginTest() { log_in_with({Mechanism::plain, Mechanism::login}); }

  void log_in_with(std::vector<Mechanism> mechanisms, const char* secret = kSecret,
                   const char* user = "tim") {
    logins_.set({{"h.test", std::make_shared<const Login>(smtp::Credentials{user, secret},
                                                          std::move(mechanisms))}});
  }

  std::unique_ptr<Handover> to(std::string_view target = "bob@h.test") {
    const HandoverParts parts{clock_,         chance_,        hops_,  dns_,       pool_,
                              budget_,        clients_,       tls_,   ourselves_, host_name_,
                              dns::kSmtpPort, kSystemsChoice, logins_};
    return std::make_unique<Handover>(parts, client_, tests::target(target),
                                      tests::mail_from("ann@e.test"));
  }
  std::string ask_once(std::string_view target = "bob@h.test") { return ask(*to(target)); }

  std::size_t heard_of(std::string_view beginning) const {
    const auto& heard = hops_.heard();
    return static_cast<std::size_t>(std::count_if(
        heard.begin(), heard.end(), [&](const auto& line) { return line.starts_with(beginning); }));
  }

  CurrentLogins logins_;
};

TEST_F(HandoverLoginTest, LogsInUnderTlsAndKeepsTheSessionForTheSameLogin) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {kServer});
  const auto one = to();
  EXPECT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_EQ(send(*one), "accepted body 250");
  EXPECT_EQ(answer_.login, "PLAIN");
  EXPECT_TRUE(answer_.tls);
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(answer_.login, "PLAIN");
  EXPECT_THAT(hops_.heard(),
              ElementsAre("dial 192.0.2.1:25", "EHLO relay.test", "STARTTLS", "EHLO relay.test",
                          kPlainLine, "MAIL FROM:<ann@e.test>", "RCPT TO:<bob@h.test>", "DATA",
                          "body 34", "MAIL FROM:<ann@e.test>", "RCPT TO:<bob@h.test>"));
}

TEST_F(HandoverLoginTest, ASessionIsLentToNoOtherLoginAndToNoneWithout) {
  dns_.add(kOneHop);
  dns_.add("g.test. MX 10 mx1.h.test.\n");
  tls_.levels["g.test"] = TlsLevel::required;
  hops_.listen(kHop, {kServer});
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(ask_once("eve@g.test"), "accepted RCPT 250");
  EXPECT_EQ(answer_.login, "");
  EXPECT_EQ(heard_of("dial"), 2u);
  // The file of its secret has changed.
  log_in_with({Mechanism::plain}, "another secret");
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(heard_of("dial"), 3u);
  EXPECT_EQ(heard_of("AUTH"), 2u);
}

TEST_F(HandoverLoginTest, InClearItNeverGoesWhateverTheLevelSays) {
  dns_.add(kOneHop);
  const HopScript in_clear = {{"EHLO", "250-mx.test\r\n250 AUTH PLAIN"}, {"AUTH", "235 welcome"}};
  const HopScript refuses = {{"EHLO", "250-mx.test\r\n250-STARTTLS\r\n250 AUTH PLAIN"},
                             {"STARTTLS", "454 not now"},
                             {"AUTH", "235 welcome"}};
  for (const TlsLevel level : {TlsLevel::none, TlsLevel::opportunistic, TlsLevel::required}) {
    tls_.levels["h.test"] = level;
    for (const HopScript& script : {in_clear, refuses}) {
      hops_.listen(kHop, {script});
      EXPECT_EQ(ask_once(), "deferred STARTTLS 451 next-hop-tls");
    }
  }
  tls_.failure = "no shared cipher";
  tls_.levels["h.test"] = TlsLevel::opportunistic;
  hops_.listen(kHop, {kServer});
  EXPECT_EQ(ask_once(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_EQ(heard_of("AUTH"), 0u);
  EXPECT_EQ(heard_of("MAIL"), 0u);
}

// RFC 3207 4.2: an attacker may have said it.
TEST_F(HandoverLoginTest, WhatWasOfferedBeforeTlsDoesNotCount) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {{{"EHLO 1", "250-mx.test\r\n250-AUTH LOGIN\r\n250 STARTTLS"},
                       {"STARTTLS", "220 go on"},
                       {"EHLO", "250 mx.test"}}});
  EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
  EXPECT_THAT(answer_.reply.text, HasSubstr("offers no log-in"));
  EXPECT_EQ(heard_of("AUTH"), 0u);
  EXPECT_EQ(heard_of("MAIL"), 0u);
}

TEST_F(HandoverLoginTest, TheStrongestMechanismThatBothKnowIsTaken) {
  dns_.add(kOneHop);
  const struct {
    std::vector<Mechanism> ours;
    const char* offered;
    std::string said;
  } cases[] = {
      {{Mechanism::plain, Mechanism::login}, "AUTH LOGIN PLAIN", "AUTH PLAIN"},
      {{Mechanism::plain, Mechanism::login}, "AUTH LOGIN CRAM-MD5", "AUTH LOGIN"},
      {{Mechanism::login}, "AUTH PLAIN LOGIN", "AUTH LOGIN"},
      {{Mechanism::oauthbearer, Mechanism::xoauth2}, "AUTH PLAIN XOAUTH2", "AUTH XOAUTH2"},
      {{Mechanism::oauthbearer, Mechanism::xoauth2},
       "AUTH XOAUTH2 OAUTHBEARER",
       "AUTH OAUTHBEARER"},
  };
  for (const auto& c : cases) {
    log_in_with(c.ours);
    HopScript script = with(kServer, "EHLO", "250-mx.test\r\n250 " + std::string(c.offered));
    script["AUTH"] = c.said == "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : "235 welcome";
    script["dGlt"] = "334 UGFzc3dvcmQ6";
    script["dGFuc3RhYWZ0YW5zdGFhZg=="] = "235 welcome";
    hops_.listen(kHop, {script});
    EXPECT_EQ(ask_once(), "accepted RCPT 250") << c.offered;
    EXPECT_EQ(heard_of(c.said), 1u) << c.offered;
    EXPECT_EQ("AUTH " + answer_.login, c.said);
    hops_.take_heard();
  }
}

TEST_F(HandoverLoginTest, NothingBouncesForALoginAndOtherHostsAreAskedWhereThatHelps) {
  dns_.add(kTwoHops);
  const struct {
    const char* what;
    HopScript first;
    bool goes_on;  // to the second host
  } cases[] = {
      {"refused", {{"AUTH", "535 5.7.8 no"}}, false},
      {"refused without a status", {{"AUTH", "535 no"}}, false},
      {"too weak", {{"AUTH", "534 5.7.9 too weak"}}, false},
      {"unknown", {{"AUTH", "504 5.5.4 what"}}, false},
      {"broken", {{"AUTH", "500 5.5.1 what"}}, false},
      {"later", {{"AUTH", "454 4.7.0 no directory"}}, true},
      {"a change of passwords", {{"AUTH", "432 4.7.12 first"}}, true},
      {"busy", {{"AUTH", "421 4.3.2 busy" + kHangUp}}, true},
      {"garbage", {{"AUTH", "nonsense"}}, true},
      {"out of turn", {{"AUTH", "250 welcome"}}, true},
      {"a go-ahead", {{"AUTH", "354 go on"}}, true},
      {"gone", {{"AUTH", kHangUp}}, true},
      {"silent", {{"AUTH", kSilence}}, true},
      {"one more challenge", {{"AUTH", "334 Z2FyYmFnZQ=="}, {"*", "501 5.7.0 cancelled"}}, false},
      {"challenges without end", {{"AUTH", "334 !!"}, {"*", "334 !!"}}, true},
      {"gone in the dialogue", {{"AUTH", "334 "}, {"*", kHangUp}}, true},
      {"many lines", {{"AUTH", "334-a\r\n334 b"}, {"*", "501 5.7.0 cancelled"}}, false},
      {"no log-in", {{"EHLO", "250 mx.test"}}, true},
      {"none that we know", {{"EHLO", "250-mx.test\r\n250 AUTH CRAM-MD5 GSSAPI"}}, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    log_in_with({Mechanism::plain});
    HopScript first = kServer;
    for (const auto& [step, says] : c.first) first[step] = says;
    hops_.listen(kHop, {first});
    hops_.listen(kSecond, {kServer});
    EXPECT_EQ(ask_once(), c.goes_on ? "accepted RCPT 250" : "deferred AUTH 451 next-hop-login");
    EXPECT_EQ(hop(), c.goes_on ? "mx2.h.test 192.0.2.2:25" : "mx1.h.test 192.0.2.1:25");
    pool_.clear();
    hops_.listen(kSecond, {first});
    log_in_with({Mechanism::plain});
    const bool again = ask_once() == "deferred AUTH 451 next-hop-login";
    EXPECT_TRUE(again) << "whatever it was, the sender comes again";
    EXPECT_EQ(answer_.login, "");
    EXPECT_EQ(pool_.size(), 0u);
    for (const auto& line : hops_.take_heard())
      EXPECT_FALSE(line.starts_with("MAIL") && !c.goes_on);
  }
}

TEST_F(HandoverLoginTest, AHostThatRefusedIsNotDialledAgainForAMinute) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {with(kServer, "AUTH", "535 5.7.8 Bad credentials")});
  EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
  EXPECT_EQ(answer_.reply.text,
            "The log-in at the next hop mx1.h.test failed: it said: 535 5.7.8 Bad credentials");
  EXPECT_EQ(answer_.reply.text.substr(answer_.quoted_from), "it said: 535 5.7.8 Bad credentials");
  EXPECT_EQ(answer_.by, HopAnswer::By::policy);
  const std::string said = answer_.reply.text;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
    EXPECT_EQ(answer_.reply.text, said);
  }
  EXPECT_EQ(heard_of("dial"), 1u);
  pass(kLoginRest);
  EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
  EXPECT_EQ(heard_of("dial"), 2u);
  // A secret that has changed is tried at once.
  hops_.listen(kHop, {kServer});
  log_in_with({Mechanism::plain}, "another secret");
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
}

TEST_F(HandoverLoginTest, AWrongSecretIsTriedOnceHoweverManyMessagesCome) {
  dns_.add(kOneHop);
  const auto refuses = with(kServer, "AUTH", "535 5.7.8 Bad credentials");
  hops_.listen(kHop, {refuses});
  std::vector<std::unique_ptr<Handover>> many;
  std::vector<std::string> said;
  const auto ask_too = [](Handover& one, runtime::Instant until,
                          std::vector<std::string>& to) -> runtime::Task<void> {
    const auto answer = co_await one.ask(until);
    to.push_back(tests::words(answer));
  };
  for (int i = 0; i < 10; ++i) {
    many.push_back(to());
    scope_.spawn("ask", ask_too(*many.back(), in(4min), said));
  }
  settle();
  EXPECT_THAT(said, testing::Each("deferred AUTH 451 next-hop-login"));
  EXPECT_EQ(said.size(), 10u);
  EXPECT_EQ(heard_of("AUTH"), 1u);
  // Where it is taken they all go on, side by side.
  said.clear();
  hops_.listen(kHop, {kServer});
  log_in_with({Mechanism::plain}, "another secret");
  for (const auto& one : many) scope_.spawn("ask", ask_too(*one, in(4min), said));
  settle();
  EXPECT_THAT(said, testing::Each("accepted RCPT 250"));
  EXPECT_EQ(heard_of("AUTH"), 11u);
  many.clear();
}

TEST_F(HandoverLoginTest, AHostThatCannotJudgeNowIsLeftAloneForAMoment) {
  dns_.add(kTwoHops);
  hops_.listen(kHop, {with(kServer, "AUTH", "454 4.7.0 no directory")});
  hops_.listen("192.0.2.2:25", {kServer});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask_once(), "accepted RCPT 250") << "by the second host";
    pool_.clear();
  }
  EXPECT_EQ(heard_of("dial 192.0.2.1:25"), 1u);
  pass(kLoginPause);
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(heard_of("dial 192.0.2.1:25"), 2u);
}

TEST_F(HandoverLoginTest, NoAnswerIsKeptThatRepeatsTheSecret) {
  dns_.add(kOneHop);
  const struct {
    const char* step;
    const char* says;
  } cases[] = {
      {"AUTH", "535 5.7.8 tanstaaftanstaaf is wrong"},
      {"AUTH", "501 5.5.2 cannot decode AHRpbQB0YW5zdGFhZnRhbnN0YWFm"},
      {"AUTH", "454 4.7.0 AHRpbQB0YW5z..."},
      {"MAIL", "550 5.7.1 go away with your TANSTAAFTANSTAAF"},
      {"RCPT", "550-5.7.1 no\r\n550 5.7.1 tanstaaftanstaaf"},
  };
  for (const auto& c : cases) {
    log_in_with({Mechanism::plain});
    hops_.listen(kHop, {with(kServer, c.step, c.says)});
    EXPECT_NE(ask_once(), "accepted RCPT 250");
    EXPECT_THAT(answer_.reply.text, HasSubstr("words are left out")) << c.says;
    EXPECT_THAT(answer_.reply.text, Not(HasSubstr("AHRpbQB0"))) << c.says;
    EXPECT_THAT(answer_.reply.text, Not(HasSubstr("anstaa"))) << c.says;
    pool_.clear();
  }
}

TEST_F(HandoverLoginTest, TheUserIsNotNamedToTheSender) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {with(kServer, "AUTH", "535 5.7.8 tim is locked out, see /users/TIM")});
  EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
  EXPECT_THAT(answer_.reply.text,
              testing::EndsWith("535 5.7.8 [user] is locked out, see /users/[user]"));
}

TEST_F(HandoverLoginTest, ATokenThatIsRefusedIsSaidToBeReadAndTheReasonComesAfterIt) {
  dns_.add(kOneHop);
  const struct {
    Mechanism mechanism;
    const char* offered;
    const char* heard;
  } cases[] = {{Mechanism::oauthbearer, "250-mx.test\r\n250 AUTH OAUTHBEARER", "AQ=="},
               {Mechanism::xoauth2, "250-mx.test\r\n250 AUTH XOAUTH2", ""}};
  for (const auto& c : cases) {
    log_in_with({c.mechanism});
    HopScript script = with(kServer, "EHLO", c.offered);
    script["AUTH"] = "334 eyJzdGF0dXMiOiI0MDEifQ==";
    script[c.heard] = "535 5.7.8 token expired";
    hops_.listen(kHop, {script});
    EXPECT_EQ(ask_once(), "deferred AUTH 451 next-hop-login");
    EXPECT_THAT(answer_.reply.text, HasSubstr("535 5.7.8 token expired"));
  }
}

// Each operation fails once: the mail goes or is deferred, and the secret is never on a connection
// that TLS does not protect.
TEST_F(HandoverLoginTest, WhateverFailsNothingIsRefusedForGood) {
  dns_.add(kOneHop);
  hops_.listen(kHop, {kServer});
  for (std::size_t at = 1; at <= 12; ++at) {
    for (const auto when : {tests::HopFault::When::before, tests::HopFault::When::after}) {
      for (const auto error : {runtime::Errc::closed, runtime::Errc::timeout}) {
        log_in_with({Mechanism::plain});
        hops_.set_fault({hops_.operations() + at, when, error});
        const std::string outcome = ask_once();
        EXPECT_TRUE(outcome == "accepted RCPT 250" || answer_.kind == HopAnswer::Kind::deferred)
            << at << ": " << outcome;
        pool_.clear();
        bool secured = false;
        for (const auto& line : hops_.take_heard()) {
          if (line.starts_with("dial")) secured = false;
          if (line == "STARTTLS") secured = true;
          EXPECT_TRUE(secured || !line.starts_with("AUTH")) << at;
        }
      }
    }
  }
}

// A user may be called as a word of the protocol: what the server says keeps its meaning.
TEST_F(HandoverLoginTest, TheUsersNameIsLeftOutOfWhatIsToldAndNotOfWhatIsRead) {
  dns_.add(kOneHop);
  log_in_with({Mechanism::plain}, kSecret, "art");
  hops_.listen(kHop, {kServer});
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  pool_.clear();
  log_in_with({Mechanism::plain}, kSecret, "relay");
  hops_.listen(kHop, {with(kServer, "RCPT", "550 5.7.1 Relaying denied to Relay at relay.test")});
  EXPECT_EQ(ask_once(), "deferred RCPT 451 next-hop-login");
  EXPECT_THAT(answer_.reply.text, HasSubstr("Relaying denied to [user] at [user].test"));
  pool_.clear();
  hops_.listen(kHop, {with(kServer, "RCPT", "250 2.1.5 ok, relay")});
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(answer_.reply.text, "ok, [user]");
}

TEST_F(HandoverLoginTest, ASecretIsToldOfNoReplyAlsoBeforeTheLogIn) {
  dns_.add(kOneHop);
  const std::string greeting = std::string("554 5.7.1 I know ") + kSecret;
  hops_.listen(kHop, {{{"connect", greeting.c_str()}}});
  ask_once();
  EXPECT_THAT(answer_.reply.text, Not(HasSubstr(kSecret)));
  const std::string no_tls = std::string("454 4.7.0 not with ") + kSecret;
  hops_.listen(kHop, {with(kServer, "STARTTLS", no_tls.c_str())});
  ask_once();
  EXPECT_THAT(answer_.reply.text + answer_.tls_failure, Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace waybill::relay::forward
