#include "http/local_host.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

TEST(LocalHostTest, TakesLocalNamesAndIpLiterals) {
  for (const char* const host :
       {"localhost", "LocalHost:8025", "waybill.localhost", "127.0.0.1", "127.0.0.1:8025",
        "10.0.0.7:80", "[::1]", "[::1]:8025", "localhost:"}) {
    EXPECT_TRUE(names_local_host(host)) << host;
  }
}

// A name of the open web that resolves to 127.0.0.1 is how a foreign page would read this server.
TEST(LocalHostTest, RefusesNamesThatDnsMayPointAnywhere) {
  for (const char* const host : {"", "example.org", "localhost.example.org", "notlocalhost",
                                 "127.0.0.1.example.org", "::1", "[::1", "[127.0.0.1]", "[::1]x",
                                 "[::1]:x", "localhost:80a", "127.1", "0x7f.1", "user@localhost"}) {
    EXPECT_FALSE(names_local_host(host)) << host;
  }
}

}  // namespace
}  // namespace waybill::http
