#include "relay/returnpath/report/charset.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

TEST(CharsetTest, TextOfManyCharsetsIsUtf8) {
  const struct {
    std::string charset;
    std::string octets;
    std::string text;
  } cases[] = {
      {"utf-8", "gr\xc3\xbc\xc3\x9f", "grüß"},
      {"iso-8859-1", "gr\xfc\xdf", "grüß"},
      {"ISO-8859-15", "\xa4", "€"},
      {"iso-8859-1", "\x80 \x93x\x94", "€ “x”"},
      {"iso-8859-2", "\xb1\xea", "ąę"},
      {"windows-1250", "\xb9\xea", "ąę"},
      {"windows-1251", "\xef\xee\xf7\xf2\xe0", "почта"},
      {"koi8-r", "\xd0\xcf\xde\xd4\xc1", "почта"},
      {"gb2312", "\xd3\xca\xbc\xfe", "邮件"},
      {"GBK", "\xd3\xca\xbc\xfe", "邮件"},
      {"gb18030", "\xd3\xca\xbc\xfe", "邮件"},
      {"big5", "\xb6\x6c\xa5\xf3", "郵件"},
      {"Shift_JIS", "\x83\x81\x81\x5b\x83\x8b", "メール"},
      {"EUC-JP", "\xa5\xe1\xa1\xbc\xa5\xeb", "メール"},
      {"ISO-2022-JP", "\x1b$B%a!<%k\x1b(B", "メール"},
      {"euc-kr", "\xb8\xde\xc0\xcf", "메일"},
  };
  for (const auto& c : cases) EXPECT_EQ(to_utf8(c.octets, c.charset), c.text) << c.charset;
}

TEST(CharsetTest, OctetsThatShowMoreThanTheirLabelAreBelieved) {
  for (const char* label : {"", "us-ascii", "utf-8", "x-unknown", "a//TRANSLIT", "\x01"}) {
    EXPECT_EQ(to_utf8("gr\xc3\xbc\xc3\x9f", label), "grüß") << label;
    EXPECT_EQ(to_utf8("gr\xfc\xdf", label), "grüß") << label;
    EXPECT_EQ(to_utf8("\x1b$B%a!<%k\x1b(B", label), "メール") << label;
  }
}

TEST(CharsetTest, WhatMeansNothingIsAQuestionMarkAndTheRestIsRead) {
  EXPECT_EQ(to_utf8(std::string("a\xff\xffz", 4), "gb2312"), "a??z");
  EXPECT_EQ(to_utf8(std::string("a\0z", 3), "iso-8859-1"), std::string("a\0z", 3));
  EXPECT_EQ(to_utf8("\xd3", "gb2312"), "?");
  for (const char* label : {"gb2312", "Shift_JIS", "ISO-2022-JP", "utf-7", "utf-16", "big5"}) {
    std::string octets;
    for (int i = 0; i < 3000; ++i) octets += static_cast<char>(i * 37 % 256);
    const std::string text = to_utf8(octets, label);
    EXPECT_LE(text.size(), 4 * octets.size() + 8192) << label;
    EXPECT_FALSE(text.empty()) << label;
  }
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
