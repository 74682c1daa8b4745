// What a domain's policy (MTA-STS) makes of the way to its hosts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/handover.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using sts::Mode;
using tests::HopScript;

const HopScript kSecured = {{"EHLO", "250-mx.test\r\n250 STARTTLS"}, {"STARTTLS", "220 go on"}};

class HandoverStsTest : public testing::Test, public tests::HandoverWorld {
 protected:
  HandoverStsTest() {
    dns_.add(kTwoHops);
    tls_.levels["h.test"] = TlsLevel::opportunistic;
  }
  void policy(Mode mode, const std::string& mx) {
    tls_.policies["h.test"] = {mode, {mx}, std::chrono::hours(24)};
  }
};

TEST_F(HandoverStsTest, InForceAHostThatItDoesNotNameIsPassedOver) {
  policy(Mode::enforce, "mx2.h.test");
  hops_.listen(kSecond, {kSecured});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
  EXPECT_EQ(answer_.tls->verified_by, "pkix");
  EXPECT_EQ(answer_.tls_failure, "");
  policy(Mode::enforce, "elsewhere.test");
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_EQ(tls_.missed, 0);
}

TEST_F(HandoverStsTest, InForceAHostWithoutTlsGetsNoMail) {
  policy(Mode::enforce, "*.h.test");
  hops_.listen(kHop, {HopScript()});
  hops_.listen(kSecond, {HopScript()});
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
}

TEST_F(HandoverStsTest, InTestingItLetsGoAndTells) {
  policy(Mode::testing, "*.h.test");
  hops_.listen(kHop, {HopScript()});
  const auto one = handover();
  EXPECT_EQ(ask(*one), "accepted RCPT 250");
  EXPECT_EQ(send(*one), "accepted body 250");
  EXPECT_THAT(answer_.tls_failure, testing::HasSubstr("MTA-STS"));
  EXPECT_EQ(tls_.missed, 1);
  tls_.trusted = true;
  pool_.clear();
  hops_.listen(kHop, {kSecured});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(answer_.tls_failure, "");
  EXPECT_EQ(tls_.missed, 1);
}

}  // namespace
}  // namespace waybill::relay::forward
