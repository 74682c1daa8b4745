#include "http/exposure.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

runtime::Endpoint endpoint(const char* address) {
  return {boost::asio::ip::make_address(address), 8025};
}

TEST(ExposureTest, IsLoopbackAloneWhereNobodyHasToShowASecret) {
  for (const char* const address : {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"}) {
    const auto may = check_exposure(endpoint(address), Guard::none);
    ASSERT_FALSE(may) << address;
    EXPECT_EQ(may.error(), runtime::Errc::invalid);
    const std::string why = may.error().why;
    EXPECT_NE(why.find("loopback addresses only"), std::string::npos) << why;
    EXPECT_NE(why.find(to_string(endpoint(address))), std::string::npos) << why;
    EXPECT_TRUE(check_exposure(endpoint(address), Guard::credentials_over_tls)) << address;
  }
  for (const char* const address : {"127.0.0.1", "127.8.9.10", "::1"}) {
    EXPECT_TRUE(check_exposure(endpoint(address), Guard::none)) << address;
  }
}

}  // namespace
}  // namespace waybill::http
