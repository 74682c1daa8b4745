#include "runtime/dns/rdata.h"

#include <gtest/gtest.h>

namespace waybill::runtime::dns {
namespace {

using namespace std::string_literals;

runtime::IpAddress ip(const char* text) { return boost::asio::ip::make_address(text); }

TEST(RdataTest, ReadsPreferenceAndExchange) {
  EXPECT_EQ(parse_mx("\x00\x0a\x02mx\x07"
                     "example\x04test\x00"s),
            (Mx{10, "mx.example.test"}));
  EXPECT_EQ(parse_mx("\xff\xfe\x02MX\x04TesT\x00"s), (Mx{65534, "mx.test"}));
}

// RFC 7505 3
TEST(RdataTest, ReadsANullMx) { EXPECT_EQ(parse_mx("\x00\x00\x00"s), (Mx{0, ""})); }

TEST(RdataTest, RefusesMalformedExchanges) {
  const struct {
    const char* what;
    std::string rdata;
  } cases[] = {
      {"nothing", ""},
      {"half a preference", "\x00"s},
      {"no name", "\x00\x0a"s},
      {"a label cut short", "\x00\x0a\x05mx"s},
      {"no root at the end", "\x00\x0a\x02mx"s},
      {"octets behind the root", "\x00\x0a\x02mx\x00!"s},
      {"a compression pointer", "\x00\x0a\xc0\x0c"s},
      {"a label of 64 octets", "\x00\x0a\x40"s + std::string(64, 'a') + "\x00"s},
      {"a dot inside a label", "\x00\x0a\x03m.x\x00"s},
      {"a space inside a label", "\x00\x0a\x03m x\x00"s},
      {"a line end inside a label", "\x00\x0a\x03m\nx\x00"s},
      {"an octet above ASCII", "\x00\x0a\x02m\xfc\x00"s},
  };
  for (const auto& c : cases) EXPECT_FALSE(parse_mx(c.rdata)) << c.what;
}

TEST(RdataTest, ReadsTheNameOfAnAddress) {
  EXPECT_EQ(parse_ptr("\x02MX\x04TesT\x00"s), "mx.test");
  EXPECT_FALSE(parse_ptr("\x00"s));
  EXPECT_FALSE(parse_ptr("\x02mx"s));
  EXPECT_FALSE(parse_ptr(""));
}

TEST(RdataTest, HoldsTheLengthOfANameAt255Octets) {
  const std::string label = "\x3f" + std::string(63, 'a');
  const std::string longest = label + label + label + "\x3d" + std::string(61, 'b') + "\x00"s;
  ASSERT_EQ(longest.size(), 255u);
  EXPECT_TRUE(parse_mx("\x00\x01"s + longest));
  const std::string longer = label + label + label + "\x3e" + std::string(62, 'b') + "\x00"s;
  EXPECT_FALSE(parse_mx("\x00\x01"s + longer));
}

TEST(RdataTest, ReadsAddressesOfExactLength) {
  EXPECT_EQ(parse_a("\xc0\x00\x02\x01"s), ip("192.0.2.1"));
  EXPECT_FALSE(parse_a("\xc0\x00\x02"s));
  EXPECT_FALSE(parse_a("\xc0\x00\x02\x01\x00"s));
  const std::string six = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01";
  EXPECT_EQ(parse_aaaa(six), ip("2001:db8::1"));
  EXPECT_FALSE(parse_aaaa(six.substr(1)));
  EXPECT_FALSE(parse_aaaa("\xc0\x00\x02\x01"s));
}

// RFC 6698 2.1
TEST(RdataTest, ReadsTlsaOfAnyNumbers) {
  EXPECT_EQ(parse_tlsa("\x03\x01\x01\x00\xff"s), (runtime::Tlsa{3, 1, 1, "\x00\xff"s}));
  EXPECT_EQ(parse_tlsa("\xff\xfe\xfdx"s), (runtime::Tlsa{255, 254, 253, "x"}));
  EXPECT_FALSE(parse_tlsa("\x03\x01\x01"s)) << "nothing to match";
  EXPECT_FALSE(parse_tlsa(""));
}

// RFC 7208 3.3
TEST(RdataTest, JoinsTheStringsOfAText) {
  EXPECT_EQ(parse_txt("\x03one"s), "one");
  EXPECT_EQ(parse_txt("\x04v=sp\x02"
                      "f1\x00\x01!"s),
            "v=spf1!");
  EXPECT_EQ(parse_txt("\x00"s), "");
  EXPECT_EQ(parse_txt("\xff"s + std::string(255, 'x')), std::string(255, 'x'));
}

TEST(RdataTest, KeepsEveryOctetOfAText) {
  EXPECT_EQ(parse_txt("\x04\x00\n\xff\""s), "\x00\n\xff\""s);
}

TEST(RdataTest, RefusesATextCutShortOrWithoutStrings) {
  EXPECT_FALSE(parse_txt("\x04one"s));
  EXPECT_FALSE(parse_txt("\x03one\x01"s));
  EXPECT_FALSE(parse_txt(""));
}

}  // namespace
}  // namespace waybill::runtime::dns
