#include "runtime/bound_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waybill::runtime {
namespace {

TEST(BoundSocketTest, BothFamiliesHaveOnePortBesideEachOther) {
  auto v6 = bind_socket({*ip_of("::"), 0});
  ASSERT_TRUE(v6) << v6.error().message();
  const Endpoint at = v6->local();
  const int descriptor = v6->release();
  EXPECT_EQ(::listen(descriptor, 1), 0);
  const auto v4 = bind_socket({*ip_of("0.0.0.0"), at.port});
  EXPECT_TRUE(v4) << v4.error().message();
  ::close(descriptor);
}

TEST(BoundSocketTest, AnAddressIsOursOrNot) {
  EXPECT_TRUE(is_own_address(*ip_of("127.0.0.1")));
  EXPECT_FALSE(is_own_address(*ip_of("192.0.2.1")));
  EXPECT_FALSE(is_own_address(*ip_of("2001:db8::1")));
  EXPECT_FALSE(is_own_address(*ip_of("0.0.0.0")));
}

TEST(BoundSocketTest, WhatIsHandedOverHasToListen) {
  auto bound = bind_socket({*ip_of("127.0.0.1"), 0});
  ASSERT_TRUE(bound) << bound.error().message();
  const Endpoint at = bound->local();
  const int descriptor = bound->release();
  const auto deaf = adopt_socket(descriptor);
  ASSERT_FALSE(deaf);
  EXPECT_EQ(deaf.error().why, "it does not listen (ListenStream=, Accept=no)");
  ASSERT_EQ(::listen(descriptor, 1), 0);
  const auto adopted = adopt_socket(descriptor);
  ASSERT_TRUE(adopted) << adopted.error().why;
  EXPECT_EQ(adopted->local(), at);
}

TEST(BoundSocketTest, WhatIsNoTcpSocketIsNotTaken) {
  const int udp = ::socket(AF_INET, SOCK_DGRAM, 0);
  for (const int descriptor : {udp, -1}) {
    const auto adopted = adopt_socket(descriptor);
    ASSERT_FALSE(adopted);
    EXPECT_EQ(adopted.error().why, "it is no TCP socket");
  }
  ::close(udp);
}

}  // namespace
}  // namespace waybill::runtime
