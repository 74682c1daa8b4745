#include "runtime/network.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

TEST(NetworkTest, HoldsWhatItsPrefixCovers) {
  struct Case {
    const char* network;
    const char* address;
    bool holds;
  };
  for (const Case& one : {
           Case{"192.0.2.1", "192.0.2.1", true},
           Case{"192.0.2.1", "192.0.2.2", false},
           Case{"10.0.0.0/8", "10.255.255.255", true},
           Case{"10.0.0.0/8", "11.0.0.0", false},
           Case{"192.0.2.128/25", "192.0.2.127", false},
           Case{"192.0.2.128/25", "192.0.2.129", true},
           Case{"0.0.0.0/0", "203.0.113.9", true},
           Case{"0.0.0.0/0", "2001:db8::1", false},
           Case{"2001:db8::/32", "2001:db8:ffff::1", true},
           Case{"2001:db8::/32", "2001:db9::1", false},
           Case{"2001:db8::/32", "10.0.0.1", false},
           Case{"2001:db8::/64", "10.0.0.1", false},
           Case{"2001:db8::1", "2001:db8::1", true},
           Case{"2001:db8::8/125", "2001:db8::f", true},
           Case{"2001:db8::8/125", "2001:db8::7", false},
           Case{"::/0", "2001:db8::1", true},
       }) {
    const auto network = network_of(one.network);
    ASSERT_TRUE(network) << one.network;
    EXPECT_EQ(network->holds(*ip_of(one.address)), one.holds) << one.network << " " << one.address;
    EXPECT_EQ(to_string(*network), one.network);
  }
}

TEST(NetworkTest, IsOfThePublicInternetOrKeptForSomethingElse) {
  for (const char* const one :
       {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "223.255.255.255", "2a00:1450::1", "2600::", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public(*ip_of(one))) << one;
  }
  for (const char* const one :
       {"0.0.0.0",         "10.1.2.3",        "100.64.0.1",      "127.0.0.1",   "127.255.255.255",
        "169.254.169.254", "172.16.0.1",      "172.31.255.255",  "192.168.0.1", "198.18.0.1",
        "224.0.0.1",       "240.0.0.1",       "255.255.255.255", "::",          "::1",
        "::127.0.0.1",     "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fc00::1",     "fd12::1",
        "fe80::1",         "fec0::1",         "ff02::1",         "2001:db8::1", "2001::1",
        "2002:7f00:1::",   "3fff::1",         "4000::"}) {
    EXPECT_FALSE(is_public(*ip_of(one))) << one;
  }
}

TEST(NetworkTest, WhatIsNoNetworkIsNone) {
  for (const std::string_view text :
       {"", "x", "192.0.2.1/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24 ", "192.0.2.1/24",
        "2001:db8::/129", "2001:db8::1/64", "/8", "10/8", "[::1]", "fe80::1%lo", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(network_of(text)) << text;
  }
  EXPECT_FALSE(network_of(std::string_view("10.0.0.1\0", 9)));
}

TEST(NetworkTest, AnAddressThatIsMappedIsItself) {
  EXPECT_EQ(unmapped(*ip_of("::ffff:192.0.2.1")), *ip_of("192.0.2.1"));
  EXPECT_EQ(unmapped(*ip_of("2001:db8::1")), *ip_of("2001:db8::1"));
  EXPECT_EQ(unmapped(*ip_of("192.0.2.1")), *ip_of("192.0.2.1"));
}

TEST(NetworkTest, OneOfIpv4ThatIsMappedIntoIpv6IsThatOfIpv4) {
  EXPECT_EQ(network_of("::ffff:192.0.2.0/120"), network_of("192.0.2.0/24"));
  EXPECT_EQ(network_of("::ffff:192.0.2.1"), network_of("192.0.2.1"));
  EXPECT_EQ(to_string(*network_of("::/0")), "::/0");
}

}  // namespace
}  // namespace waybill::runtime
