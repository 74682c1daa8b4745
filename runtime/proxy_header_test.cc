#include "runtime/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::runtime {
namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

// "192.0.2.1:4711", "local", "lacks 4", or what is wrong.
std::string told(std::string_view octets) {
  const auto read = read_proxy_header(octets);
  if (const auto* lacks = std::get_if<ProxyHeaderLacks>(&read)) {
    return "lacks " + std::to_string(lacks->octets);
  }
  if (const auto* fault = std::get_if<ProxyFault>(&read)) return std::string(word(*fault));
  const auto& header = std::get<ProxyHeader>(read);
  return header.client ? to_string(*header.client) : "local";
}

// What follows the signature, in hexadecimal.
std::string header(std::string_view hex) {
  std::string plain;
  for (const char c : hex) {
    if (c != ' ') plain += c;
  }
  std::string out = kSignature;
  for (std::size_t i = 0; i + 1 < plain.size(); i += 2) {
    out += static_cast<char>(std::stoi(plain.substr(i, 2), nullptr, 16));
  }
  return out;
}

struct Case {
  const char* what;
  const char* hex;
  const char* told;
};

constexpr char kIpv4[] = "21 11 000c  c0000201 7f000001  1267 0019";

TEST(ProxyHeaderTest, SaysWhoseConnectionItIs) {
  for (const Case& one : {
           Case{"TCP over IPv4", kIpv4, "192.0.2.1:4711"},
           Case{"TCP over IPv6",
                "21 21 0024  20010db8000000000000000000000001 00000000000000000000000000000001"
                "  1267 0019",
                "[2001:db8::1]:4711"},
           Case{"an IPv4 client of a socket for both families",
                "21 21 0024  00000000000000000000ffffc0000201 00000000000000000000000000000001"
                "  1267 0019",
                "192.0.2.1:4711"},
           Case{"TLVs behind the addresses",
                "21 11 0013  c0000201 7f000001 1267 0019  03 0004 "
                "deadbeef",
                "192.0.2.1:4711"},
           Case{"what is no TLV there", "21 11 000d  c0000201 7f000001 1267 0019  ff",
                "192.0.2.1:4711"},
           Case{"LOCAL", "20 00 0000", "local"},
           Case{"LOCAL with addresses", "20 11 000c  c0000201 7f000001 1267 0019", "local"},
           Case{"LOCAL of an unknown family", "20 ff 0001  00", "local"},
       }) {
    EXPECT_EQ(told(header(one.hex)), one.told) << one.what;
  }
}

TEST(ProxyHeaderTest, SaysWhatIsWrong) {
  for (const Case& one : {
           Case{"version 1", "11 11 000c  c0000201 7f000001 1267 0019",
                "has another version or command"},
           Case{"version 3", "31 11 000c  c0000201 7f000001 1267 0019",
                "has another version or command"},
           Case{"an unknown command", "22 11 000c  c0000201 7f000001 1267 0019",
                "has another version or command"},
           Case{"no family", "21 00 0000", "names no TCP client"},
           Case{"UDP", "21 12 000c  c0000201 7f000001 1267 0019", "names no TCP client"},
           Case{"UDP over IPv6", "21 22 0000", "names no TCP client"},
           Case{"a local socket", "21 31 0001 00", "names no TCP client"},
           Case{"an octet too few", "21 11 000b  c0000201 7f000001 1267 00",
                "is too short for its addresses"},
           Case{"an IPv4 address for IPv6", "21 21 000c  c0000201 7f000001 1267 0019",
                "is too short for its addresses"},
           Case{"the longest that can be announced", "21 11 ffff", "is too long"},
       }) {
    EXPECT_EQ(told(header(one.hex)), one.told) << one.what;
  }
  for (const std::string_view other :
       {"EHLO x\r\n", "PROXY TCP4 192.0.2.1 127.0.0.1 4711 25\r\n", "\r\n\r\n\r\n", "Q"}) {
    EXPECT_EQ(told(other), "is no PROXY header of version 2") << other;
  }
}

TEST(ProxyHeaderTest, TheLongestIsTakenAndNoneThatIsLonger) {
  const std::size_t most = kMaxProxyHeader - 16;
  const auto announced = [](std::size_t length) {
    const std::string two{static_cast<char>(length >> 8), static_cast<char>(length & 0xff)};
    return header("21 11") + two;
  };
  EXPECT_EQ(told(announced(most)), "lacks " + std::to_string(most));
  const std::string addresses = header(kIpv4).substr(16);
  EXPECT_EQ(told(announced(most) + addresses + std::string(most - addresses.size(), '\0')),
            "192.0.2.1:4711");
  EXPECT_EQ(told(announced(most + 1)), "is too long");
}

TEST(ProxyHeaderTest, AnOctetAtATimeItIsTheSame) {
  const std::string whole = header(kIpv4);
  for (std::size_t had = 0; had < whole.size(); ++had) {
    // First the part whose length is fixed, then what it announces: never an octet behind it.
    const std::size_t lacks = had < 16 ? 16 - had : whole.size() - had;
    EXPECT_EQ(told(std::string_view(whole).substr(0, had)), "lacks " + std::to_string(lacks));
  }
  EXPECT_EQ(told(whole), "192.0.2.1:4711");
  EXPECT_EQ(told(std::string_view("\r\n\r\n\0\r\nQUIX", 11)), "is no PROXY header of version 2")
      << "what begins otherwise is known at once";
}

}  // namespace
}  // namespace waybill::runtime
