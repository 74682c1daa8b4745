#include "relay/door/helo_claim.h"

#include <gtest/gtest.h>

namespace waybill::relay::door {
namespace {

runtime::IpAddress helo_ip(const char* text) { return boost::asio::ip::make_address(text); }

HeloClaim of(const char* helo, const char* client = "192.0.2.1") {
  return look_at_helo({helo, helo_ip(client), helo_ip("192.0.2.25"), "mx.waybill.test"});
}

TEST(HeloClaimTest, ANameOfTwoLabelsIsFine) {
  for (const char* name : {"mail.example.org", "MAIL.example.org.", "xn--bcher-kva.example",
                           "m-1.example", "1.example"}) {
    EXPECT_EQ(of(name), HeloClaim::fine) << name;
  }
}

TEST(HeloClaimTest, OneLabelAndAnAddressWithoutBracketsAreNoNames) {
  for (const char* name : {"localhost", "", ".", "192.0.2.1", "a..b", "-", "a.b.1", "[192.0.2]",
                           "[", "[]", "a b.example", "2001:db8::1"}) {
    EXPECT_EQ(of(name), HeloClaim::no_name) << name;
  }
}

TEST(HeloClaimTest, AnAddressIsTheClientsOrNot) {
  EXPECT_EQ(of("[192.0.2.1]"), HeloClaim::fine);
  EXPECT_EQ(of("[192.0.2.1]", "::ffff:192.0.2.1"), HeloClaim::fine);
  EXPECT_EQ(of("[IPv6:2001:db8::1]", "2001:db8::1"), HeloClaim::fine);
  EXPECT_EQ(of("[ipv6:2001:DB8:0::1]", "2001:db8::1"), HeloClaim::fine);
  EXPECT_EQ(of("[192.0.2.2]"), HeloClaim::another);
}

TEST(HeloClaimTest, OurNameAndOurAddressAreOurs) {
  EXPECT_EQ(of("MX.Waybill.test"), HeloClaim::ours);
  EXPECT_EQ(of("mx.waybill.test."), HeloClaim::ours);
  EXPECT_EQ(of("[192.0.2.25]"), HeloClaim::ours);
  EXPECT_EQ(of("192.0.2.25"), HeloClaim::ours);
}

}  // namespace
}  // namespace waybill::relay::door
