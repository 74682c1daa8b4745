#include "runtime/base64.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

// RFC 4648 10.
TEST(Base64Test, EncodesAsTheStandardsExamplesDo) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode_base64("\xfb\xef\xff"), "++//");
  EXPECT_EQ(encode_base64(std::string_view("\0a\0b", 4)), "AGEAYg==");
}

}  // namespace
}  // namespace waybill::runtime
