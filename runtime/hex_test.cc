#include "runtime/hex.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

std::string every_octet() {
  std::string out;
  for (int octet = 0; octet < 256; ++octet) out += static_cast<char>(octet);
  return out;
}

TEST(HexTest, AnyOctetComesBack) {
  const std::string octets = every_octet();
  EXPECT_EQ(unhex(hex(octets)), octets);
  EXPECT_EQ(hex(std::string_view("\x00\x9f\xff", 3)), "009fff");
  EXPECT_EQ(unhex("009FfF"), std::string("\x00\x9f\xff", 3));
  EXPECT_EQ(unhex(""), "");
}

TEST(HexTest, WhatIsNoPairOfDigitsIsRefused) {
  for (const char* text : {"0", "000", "0g", "g0", " 0", "0x", "-1", "/:", "@G", "`g"}) {
    EXPECT_EQ(unhex(text), std::nullopt) << text;
  }
}

TEST(HexTest, OnlyUnreservedCharactersStandAsTheyAreInAUrl) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("buzz+1@x.test/?&=%"), "buzz%2B1%40x.test%2F%3F%26%3D%25");
  EXPECT_EQ(percent_encode(std::string_view("\x00\xc3\xa4", 3)), "%00%C3%A4");
}

}  // namespace
}  // namespace waybill::runtime
