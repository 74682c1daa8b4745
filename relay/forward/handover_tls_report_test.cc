// Which sessions with next hops are counted for reports about TLS (RFC 8460).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/handover.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using sts::Mode;
using testing::ElementsAre;
using tests::HopScript;

const HopScript kReportedSecured = {{"EHLO", "250-mx.test\r\n250 STARTTLS"},
                                    {"STARTTLS", "220 go on"}};
const HopScript kRefusing = {{"EHLO", "250-mx.test\r\n250 STARTTLS"}, {"STARTTLS", "454 no"}};

class HandoverTlsReportTest : public testing::Test, public tests::HandoverWorld {
 protected:
  HandoverTlsReportTest() {
    dns_.add(kOneHop);
    tls_.levels["h.test"] = TlsLevel::opportunistic;
  }
  // "h.test sts ok", "h.test no-policy-found starttls-not-supported"
  std::vector<std::string> counted() const {
    std::vector<std::string> out;
    for (const auto& session : tls_.sessions) {
      out.push_back(session.domain + " " + std::string(word_of(session.policy.type)) + " " +
                    (session.failure ? std::string(word_of(session.failure->type)) : "ok"));
    }
    return out;
  }
};

TEST_F(HandoverTlsReportTest, ASessionIsCountedOnceHoweverManyMessagesItCarries) {
  hops_.listen(kHop, {kReportedSecured});
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_THAT(counted(), ElementsAre("h.test no-policy-found ok"));
}

TEST_F(HandoverTlsReportTest, TlsThatFailedIsCountedThoughTheMailWentInClear) {
  tls_.failure = "no";
  hops_.listen(kHop, {kReportedSecured, HopScript()});
  EXPECT_EQ(deliver(), "accepted body 250");
  EXPECT_THAT(counted(), ElementsAre("h.test no-policy-found validation-failure"));
  EXPECT_EQ(tls_.sessions.front().failure->reason, "no");
  EXPECT_EQ(tls_.sessions.front().failure->receiving_ip, "192.0.2.1");
  EXPECT_EQ(tls_.sessions.front().failure->mx_host, "mx1.h.test");
}

TEST_F(HandoverTlsReportTest, TlsThatIsNotOfferedOrRefusedIsNotSupported) {
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  pool_.clear();
  hops_.listen(kHop, {kRefusing});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_THAT(counted(), ElementsAre("h.test no-policy-found starttls-not-supported",
                                     "h.test no-policy-found starttls-not-supported"));
}

TEST_F(HandoverTlsReportTest, APolicyThatKeepsMailFromAHostIsAFailure) {
  tls_.policies["h.test"] = {Mode::enforce, {"other.test"}, std::chrono::hours(24)};
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
  tls_.policies["h.test"].mx = {"*.h.test"};
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_THAT(counted(),
              ElementsAre("h.test sts validation-failure", "h.test sts starttls-not-supported"));
}

TEST_F(HandoverTlsReportTest, NothingIsCountedWhereNobodySpokeOfTls) {
  EXPECT_EQ(ask(), "deferred connect 451 unreachable");
  hops_.listen(kHop, {{{"connect", "554 no"}}});
  ask();
  tls_.levels["h.test"] = TlsLevel::none;
  hops_.listen(kHop, {HopScript()});
  ask();
  tls_.levels["[192.0.2.1]"] = TlsLevel::opportunistic;
  hops_.listen(kHop, {kReportedSecured});
  ask("bob@[192.0.2.1]");
  EXPECT_THAT(counted(), ElementsAre());
}

}  // namespace
}  // namespace waybill::relay::forward
