#include "runtime/dns/reverse_name.h"

#include <gtest/gtest.h>

namespace waybill::runtime::dns {
namespace {

std::string reverse(const char* text) { return reverse_name(boost::asio::ip::make_address(text)); }

TEST(ReverseName, TurnsOctetsAround) {
  EXPECT_EQ(reverse("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse("0.0.0.255"), "255.0.0.0.in-addr.arpa");
}

// RFC 3596 2.5
TEST(ReverseName, TurnsHexadecimalDigitsAround) {
  EXPECT_EQ(reverse("4321:0:1:2:3:4:567:89ab"),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

TEST(ReverseName, TakesAMappedAddressForTheOneInside) {
  EXPECT_EQ(reverse("::ffff:192.0.2.1"), "1.2.0.192.in-addr.arpa");
}

}  // namespace
}  // namespace waybill::runtime::dns
