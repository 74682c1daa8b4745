#include "relay/trust/dkim/tag_list.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/base64.h"

namespace waybill::relay::trust::dkim {
namespace {

TEST(TagList, TakesFoldingAroundNamesAndValues) {
  const std::string text = " v=1;\r\n\ta = rsa-sha256 ;b=ab\r\n cd; empty=;";
  const auto tags = TagList::parse(text);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find("v"), "1");
  EXPECT_EQ(tags->find("a"), "rsa-sha256");
  EXPECT_EQ(tags->find("b"), "ab\r\n cd");
  EXPECT_EQ(tags->find("empty"), "");
  EXPECT_FALSE(tags->find("c"));
  const auto written = [&](std::string_view name) {
    const Tag* tag = tags->tag(name);
    return text.substr(tag->written_begin, tag->written_end - tag->written_begin);
  };
  EXPECT_EQ(written("v"), "1");
  EXPECT_EQ(written("a"), " rsa-sha256 ");
  EXPECT_EQ(written("b"), "ab\r\n cd");
  EXPECT_EQ(written("empty"), "");
  EXPECT_EQ(tags->tag("c"), nullptr);
}

TEST(TagList, NamesAreCaseSensitive) {
  const auto tags = TagList::parse("B=1; b=2");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find("b"), "2");
}

TEST(TagList, RefusesWhatBreaksTheSyntax) {
  for (const char* text : {"", ";", " ", "v", "=1", "v=1;;a=2", "v=1; v=2", "1v=1", "v x=1",
                           "v=\x01", "v=\xc3\xa9", "v=1; a"}) {
    EXPECT_FALSE(TagList::parse(text)) << text;
  }
}

TEST(TagList, HoldsSoManyTags) {
  std::string text;
  for (std::size_t i = 0; i < kMaxTags; ++i) text += "t" + std::to_string(i) + "=;";
  EXPECT_TRUE(TagList::parse(text));
  EXPECT_FALSE(TagList::parse(text + "more="));
}

TEST(TagList, ColonPartsAreUnfolded) {
  const std::vector<std::string> three = {"From", "To", ""};
  EXPECT_EQ(colon_parts(" From : To\r\n : "), three);
}

TEST(Base64, GivesTheOctets) {
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm\r\n 9v YmE="), "fooba");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zg"), "f");
  EXPECT_EQ(decode_base64("Zm8"), "fo");
  EXPECT_EQ(decode_base64("++//"), "\xfb\xef\xff");
  for (const char* text : {"", "A", "AAAAA", "A=AA", "AA=", "AAAA=", "====", "AA-A", "AA==="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Base64, WhatIsEncodedIsDecodedToTheSame) {
  std::string octets;
  for (int i = 0; i < 600; ++i) {
    octets += static_cast<char>(i * 7);
    EXPECT_EQ(decode_base64(runtime::encode_base64(octets)), octets) << i;
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
