#include "tools/dustbin/listen_address.h"

#include <gtest/gtest.h>

namespace waybill::tools::dustbin {
namespace {

TEST(DustbinListenAddressTest, TakesLoopbackOfBothFamilies) {
  for (const std::string_view text : {"127.0.0.1:2526", "127.8.9.10:0", "[::1]:65535"}) {
    const auto endpoint = listen_address(text);
    ASSERT_TRUE(endpoint) << endpoint.error().why;
    EXPECT_EQ(to_string(*endpoint), text);
  }
}

TEST(DustbinListenAddressTest, SaysWhyItListensNowhereElse) {
  for (const std::string_view text : {"0.0.0.0:2526", "192.0.2.1:25", "[::]:2526",
                                      "[2001:db8::1]:2526", "[::ffff:192.0.2.1]:25"}) {
    const auto endpoint = listen_address(text);
    ASSERT_FALSE(endpoint) << text;
    const std::string why = endpoint.error().why;
    EXPECT_NE(why.find("not a loopback address"), std::string::npos) << why;
    EXPECT_NE(why.find("swallow real mail"), std::string::npos) << why;
  }
}

TEST(DustbinListenAddressTest, SaysWhatItExpected) {
  for (const std::string_view text :
       {"", "2526", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:25x",
        "localhost:2526", "::1:2526", "127.0.0.1 :25"}) {
    const auto endpoint = listen_address(text);
    ASSERT_FALSE(endpoint) << text;
    const std::string why = endpoint.error().why;
    EXPECT_NE(why.find("expected ip:port"), std::string::npos) << text << ": " << why;
  }
}

}  // namespace
}  // namespace waybill::tools::dustbin
