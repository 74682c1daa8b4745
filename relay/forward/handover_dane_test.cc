// What signed DNS says of a host, on the way to it. How records are held against certificates:
// runtime/dane_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/handover.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using runtime::Errc;
using tests::HopScript;

constexpr const char* kOffersTls = "250-mx.test\r\n250 STARTTLS";

class HandoverDaneTest : public testing::Test, public tests::HandoverWorld {};

// RFC 7672 2.2: what is signed promises TLS, so that nobody on the way can take it away.
TEST_F(HandoverDaneTest, AHostWithTlsaIsVerifiedByThemOrGetsNoMail) {
  dns_.add(kTwoHops);
  dns_.add("_25._tcp.mx1.h.test. TLSA 3 1 1 " + std::string(64, '0') + "\n");
  dns_.sign("h.test");
  tls_.levels["h.test"] = TlsLevel::opportunistic;
  const HopScript secured = {{"EHLO", kOffersTls}, {"STARTTLS", "220 go on"}};
  hops_.listen(kHop, {secured});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(answer_.tls->verified_by, "dane-ee");
  EXPECT_EQ(pool_.size(), 1u);
  pool_.clear();
  hops_.listen(kHop, {HopScript()});
  hops_.listen(kSecond, {HopScript()});
  EXPECT_EQ(ask(), "accepted RCPT 250") << "the other host has none";
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
  EXPECT_FALSE(answer_.tls);
  hops_.listen(kHop, {HopScript()});
  hops_.fail_dial(kSecond, Errc::refused);
  pool_.clear();
  EXPECT_EQ(ask(), "deferred connect 451 unreachable");
  dns_.remove("h.test");
  dns_.add("h.test. MX 10 mx1.h.test.\n");
  hops_.listen(kHop, {HopScript()});
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_EQ(answer_.reply.text,
            "TLS with the next hop mx1.h.test failed: it does not offer STARTTLS");
}

TEST_F(HandoverDaneTest, AHostWhoseTlsaAreNotKnownIsPassedOver) {
  dns_.add(kTwoHops);
  dns_.sign("h.test");
  dns_.fail("_25._tcp.mx1.h.test", Errc::temporary);
  tls_.levels["h.test"] = TlsLevel::opportunistic;
  hops_.listen(kHop, {HopScript()});
  hops_.listen(kSecond, {HopScript()});
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(hop(), "mx2.h.test 192.0.2.2:25");
  EXPECT_THAT(hops_.heard(), testing::Not(testing::Contains("dial " + kHop)));
  dns_.fail("_25._tcp.mx2.h.test", Errc::timeout);
  EXPECT_EQ(ask(), "deferred STARTTLS 451 next-hop-tls");
  EXPECT_THAT(answer_.tls_failure, testing::HasSubstr("could not be looked up"));
  tls_.levels["h.test"] = TlsLevel::none;
  EXPECT_EQ(ask(), "accepted RCPT 250") << "nobody asks for them";
}

// A session that was opened on the word of other records proves nothing of these.
TEST_F(HandoverDaneTest, ASessionIsKeptForTheRecordsThatItWasVerifiedBy) {
  dns_.add(kOneHop);
  dns_.sign("h.test");
  tls_.levels["h.test"] = TlsLevel::opportunistic;
  const HopScript secured = {{"EHLO", kOffersTls}, {"STARTTLS", "220 go on"}};
  hops_.listen(kHop, {secured, secured, secured});
  const auto dials = [&] {
    const auto heard = hops_.heard();
    return std::count(heard.begin(), heard.end(), "dial " + kHop);
  };
  EXPECT_EQ(ask(), "accepted RCPT 250");
  EXPECT_EQ(dials(), 1);
  for (const int digit : {2, 3}) {
    dns_.remove("_25._tcp.mx1.h.test");
    dns_.add("_25._tcp.mx1.h.test. TLSA 3 1 1 " + std::string(63, '0') + std::to_string(digit));
    EXPECT_EQ(ask(), "accepted RCPT 250");
    EXPECT_EQ(dials(), digit);
    EXPECT_EQ(ask(), "accepted RCPT 250");
    EXPECT_EQ(dials(), digit) << "kept";
  }
}

}  // namespace
}  // namespace waybill::relay::forward
