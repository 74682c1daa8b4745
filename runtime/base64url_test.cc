#include "runtime/base64url.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

// RFC 4648 10, without the padding.
TEST(Base64urlTest, GivesTheVectorsOfTheStandard) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
  for (const auto& [octets, text] : vectors) {
    EXPECT_EQ(to_base64url(octets), text);
    const auto back = from_base64url(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, octets);
  }
}

TEST(Base64urlTest, RefusesASecondTextForAValue) {
  for (const char* const text : {"Zg==", "Zh", "Zm9", "Z", "Zm9vY", "+/8", " Zg", "Zg\n", "Z g"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Base64urlTest, CarriesEveryOctet) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(*from_base64url(to_base64url(all)), all);
}

}  // namespace
}  // namespace waybill::runtime
