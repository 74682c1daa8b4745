#include "relay/message/needs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace waybill::relay::message {
namespace {

constexpr Needs kNothing{};
constexpr Needs kEightBit{.smtputf8 = false, .eight_bit = true};
constexpr Needs kUtf8{.smtputf8 = true, .eight_bit = true};

TEST(NeedsTest, AreTheSameHoweverTheMessageIsCut) {
  const struct {
    const char* what;
    std::string message;
    Needs needs;
  } cases[] = {
      {"nothing", "", kNothing},
      {"ASCII", "Subject: s\r\n\r\nbody\r\n", kNothing},
      {"body", "Subject: s\r\n\r\ngr\xc3\xbc\xc3\x9f\r\n", kEightBit},
      {"last octet", "Subject: s\r\n\r\nlong enough for a word \xff", kEightBit},
      {"header", "Subject: gr\xc3\xbc\xc3\x9f\r\n\r\nbody\r\n", kUtf8},
      {"header alone", "Subject: gr\xc3\xbc\xc3\x9f", kUtf8},
      {"both", "From: \xc3\xbc@x.test\r\nA: b\r\n\r\n\xc3\xbc\r\n", kUtf8},
      {"no header", "\r\ngr\xc3\xbc\xc3\x9f\r\n", kEightBit},
      {"header of a part", "A: b\r\n\r\n--x\r\nSubject: \xc3\xbc\r\n\r\n", kEightBit},
  };
  for (const auto& c : cases) {
    for (std::size_t step = 1; step <= std::max<std::size_t>(c.message.size(), 1); ++step) {
      NeedsScan scan;
      for (std::size_t at = 0; at < c.message.size(); at += step) {
        scan.read(std::string_view(c.message).substr(at, step));
      }
      EXPECT_EQ(scan.needs(), c.needs) << c.what << " by " << step;
    }
  }
}

}  // namespace
}  // namespace waybill::relay::message
