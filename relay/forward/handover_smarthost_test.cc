// One server that all mail goes to (RFC 6409, RFC 8314).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using smtp::Mechanism;
using testing::ElementsAre;
using testing::IsEmpty;
using tests::HopScript;
using tests::with;

constexpr const char* kSmart = "192.0.2.8:587";

class HandoverSmarthostTest : public testing::Test, public tests::HandoverWorld {
 protected:
  HandoverSmarthostTest() {
    smarthost_.host = "smart.test";
    dns_.add(kOneHop);
    // Its MX is for mail to it, and no way of ours.
    dns_.add("smart.test. A 192.0.2.8\nsmart.test. MX 10 mx1.h.test.\n");
    hops_.listen(kHop, {HopScript()});
    hops_.listen(kSmart, {HopScript()});
  }

  std::unique_ptr<Handover> to(std::string_view target = "bob@h.test") {
    const HandoverParts parts{clock_, chance_,    hops_,      dns_, pool_,    budget_, clients_,
                              tls_,   ourselves_, host_name_, 25,   sources_, logins_, smarthost_};
    return std::make_unique<Handover>(parts, client_, tests::target(target),
                                      tests::mail_from("ann@e.test"));
  }
  std::string ask_once(std::string_view target = "bob@h.test") {
    std::string out = ask(*to(target));
    pool_.clear();
    return out;
  }
  std::vector<std::string> dials() {
    auto heard = hops_.take_heard();
    std::erase_if(heard, [](const auto& line) { return !line.starts_with("dial "); });
    return heard;
  }

  Smarthost smarthost_;
  Sources sources_;
  CurrentLogins logins_;
};

TEST_F(HandoverSmarthostTest, AllMailGoesToItByItsAddressWhateverTheTargetSays) {
  for (const char* target : {"bob@h.test", "bob@h.test:2525", "bob@[192.0.2.7]:2525",
                             "bob@nowhere.test", "bob@us.test"}) {
    EXPECT_EQ(ask_once(target), "accepted RCPT 250") << target;
    EXPECT_EQ(hop(), "smart.test 192.0.2.8:587") << target;
    EXPECT_THAT(dials(), ElementsAre("dial 192.0.2.8:587")) << target;
  }
  for (const auto& name : dns_.asked()) EXPECT_FALSE(name.starts_with("mx ")) << name;
}

TEST_F(HandoverSmarthostTest, DomainsThatAreExceptedGoTheirOwnWay) {
  smarthost_.except = {"h.test", "[192.0.2.1]"};
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(ask_once("bob@[192.0.2.1]"), "accepted RCPT 250");
  EXPECT_EQ(ask_once("bob@sub.h.test"), "accepted RCPT 250");
  EXPECT_THAT(dials(), ElementsAre("dial 192.0.2.1:25", "dial 192.0.2.1:25", "dial 192.0.2.8:587"));
}

TEST_F(HandoverSmarthostTest, ItsRefusalsAreThoseOfANextHop) {
  hops_.listen(kSmart, {{{"RCPT", "550 5.1.1 no such user"}}});
  EXPECT_EQ(ask_once(), "refused RCPT 550");
  hops_.listen(kSmart, {{{"RCPT", "451 4.3.0 later"}}});
  EXPECT_EQ(ask_once(), "deferred RCPT 451");
  hops_.fail_dial(kSmart, runtime::Errc::refused);
  EXPECT_EQ(ask_once(), "deferred connect 451 unreachable");
}

// The operator's word, or his name server: no sender is to hear a 5yz for it.
TEST_F(HandoverSmarthostTest, OneThatCannotBeFoundOrIsThisServerBouncesNothing) {
  dns_.add("own.test. A 192.0.2.99\nbare.test. TXT \"x\"\n");
  dns_.silence("silent.test");
  for (const char* host : {"own.test", "192.0.2.99", "gone.test", "bare.test", "silent.test"}) {
    smarthost_.host = host;
    smarthost_.port = 25;
    EXPECT_EQ(ask_once(), "deferred  451 no-route") << host;
    EXPECT_EQ(answer_.reply.enhanced, "4.4.3") << host;
  }
  EXPECT_THAT(dials(), IsEmpty());
}

TEST_F(HandoverSmarthostTest, LevelSourceAndLoginAreThoseOfItsOwnName) {
  tls_.levels["smart.test"] = TlsLevel::verified;
  sources_.by_domain["smart.test"].v4 = runtime::ip_of("192.0.2.10");
  sources_.by_domain["h.test"].v4 = runtime::ip_of("192.0.2.11");
  logins_.set({{"smart.test", std::make_shared<const Login>(smtp::Credentials{"tim", "secret"},
                                                            std::vector{Mechanism::plain})}});
  hops_.listen(kSmart, {{{"EHLO 1", "250-smart.test\r\n250 STARTTLS"},
                         {"EHLO", "250-smart.test\r\n250 AUTH PLAIN"},
                         {"STARTTLS", "220 go on"},
                         {"AUTH", "235 welcome"}}});
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_EQ(answer_.login, "PLAIN");
  ASSERT_TRUE(answer_.tls);
  EXPECT_EQ(answer_.tls->verified_name, "smart.test");
  EXPECT_THAT(dials(), ElementsAre("dial 192.0.2.8:587 from 192.0.2.10"));
}

TEST_F(HandoverSmarthostTest, AtPort465TlsComesBeforeTheGreeting) {
  smarthost_.port = kSubmissionsPort;
  tls_.levels["smart.test"] = TlsLevel::required;
  hops_.listen("192.0.2.8:465", {{{"EHLO", "250-smart.test\r\n250 STARTTLS"}}});
  EXPECT_EQ(ask_once(), "accepted RCPT 250");
  EXPECT_TRUE(answer_.tls);
  EXPECT_THAT(hops_.heard(), testing::Not(testing::Contains("STARTTLS")));
  tls_.failure = "no shared cipher";
  for (const TlsLevel level : {TlsLevel::none, TlsLevel::opportunistic, TlsLevel::required}) {
    tls_.levels["smart.test"] = level;
    EXPECT_EQ(ask_once(), "deferred STARTTLS 451 next-hop-tls") << "there is no such port in clear";
  }
}

// RFC 8314 3.3 gives the port one meaning, whoever is asked there.
TEST_F(HandoverSmarthostTest, ATargetOfPort465IsSpokenToByTlsFromTheFirstOctetToo) {
  smarthost_.except = {"h.test"};
  hops_.listen("192.0.2.1:465", {{{"EHLO", "250-mx.h.test\r\n250 STARTTLS"}}});
  EXPECT_EQ(ask_once("bob@h.test:465"), "accepted RCPT 250");
  EXPECT_TRUE(answer_.tls);
  EXPECT_THAT(hops_.heard(), testing::Not(testing::Contains("STARTTLS")));
  tls_.failure = "no shared cipher";
  for (const TlsLevel level : {TlsLevel::none, TlsLevel::opportunistic, TlsLevel::required}) {
    tls_.levels["h.test"] = level;
    EXPECT_EQ(ask_once("bob@h.test:465"), "deferred STARTTLS 451 next-hop-tls");
  }
}

TEST_F(HandoverSmarthostTest, ThatItDoesNotSendForUsIsNoVerdictOnTheMailbox) {
  const HopScript leaves = {{"RCPT", "554 5.7.1 <ann@e.test>: Sender address rejected"}};
  const HopScript relays_not = {{"RCPT", "554 5.7.1 <bob@h.test>: Relay access denied"}};
  const HopScript knows_not = {{"RCPT", "550 5.1.1 <bob@h.test>: no such user at this relay"}};
  const HopScript at_greeting = {{"connect", "554 5.7.1 not for your address"}};
  hops_.listen(kSmart, {leaves});
  EXPECT_EQ(ask_once(), "deferred RCPT 451 next-hop-login");
  hops_.listen(kSmart, {relays_not});
  EXPECT_EQ(ask_once(), "deferred RCPT 451 next-hop-login");
  hops_.listen(kSmart, {at_greeting});
  EXPECT_EQ(ask_once(), "deferred connect 451 next-hop-login");
  hops_.listen(kSmart, {knows_not});
  EXPECT_EQ(ask_once(), "refused RCPT 550");
  hops_.listen(kSmart, {{{"body", "550 5.7.60 no permissions to send as this sender"}}});
  const auto one = to();
  EXPECT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_EQ(send(*one), "deferred body 451 next-hop-login");
}

}  // namespace
}  // namespace waybill::relay::forward
