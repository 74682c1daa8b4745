#include "runtime/ascii.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

TEST(AsciiTest, ChangesLettersAndNothingElse) {
  std::string octets;
  for (int octet = 0; octet < 256; ++octet) octets += static_cast<char>(octet);
  const std::string low = ascii::lower(octets);
  const std::string high = ascii::upper(octets);
  for (std::size_t at = 0; at < octets.size(); ++at) {
    const auto octet = static_cast<unsigned char>(octets[at]);
    const bool upper = octet >= 0x41 && octet <= 0x5A;
    const bool lower = octet >= 0x61 && octet <= 0x7A;
    EXPECT_EQ(low[at], static_cast<char>(upper ? octet + 32 : octet)) << at;
    EXPECT_EQ(high[at], static_cast<char>(lower ? octet - 32 : octet)) << at;
    EXPECT_EQ(ascii::is_letter(octets[at]), upper || lower) << at;
    EXPECT_EQ(ascii::is_control(octets[at]), octet < 0x20 || octet == 0x7F) << at;
    EXPECT_EQ(ascii::is_visible(octets[at]), octet > 0x20 && octet < 0x7F) << at;
    EXPECT_EQ(ascii::is_ascii(octets[at]), octet < 0x80) << at;
  }
}

TEST(AsciiTest, ComparesWithoutTheCaseOfLetters) {
  EXPECT_TRUE(ascii::equal("Postmaster", "pOSTMASTER"));
  EXPECT_FALSE(ascii::equal("postmaster", "postmaste"));
  EXPECT_FALSE(ascii::equal("[", "{"));  // 0x5B and 0x7B: 32 apart, and no letters
  EXPECT_FALSE(ascii::equal("\xC3\x84", "\xC3\xA4"));
  EXPECT_TRUE(ascii::starts_with("RCPT TO:", "rcpt"));
  EXPECT_FALSE(ascii::starts_with("RC", "rcpt"));
}

TEST(AsciiTest, TrimsBothEnds) {
  EXPECT_EQ(ascii::trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(ascii::trim(" \t"), "");
  EXPECT_EQ(ascii::trim("\ra\r", " \t"), "\ra\r");
}

}  // namespace
}  // namespace waybill::runtime
