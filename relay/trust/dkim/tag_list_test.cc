#include "relay/trust/dkim/tag_list.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::trust::dkim {
namespace {

TEST(TagList, TakesFoldingAroundNamesAndValues) {
  const auto tags = TagList::parse(" v=1;\r\n\ta = rsa-sha256 ;b=ab\r\n cd; empty=;");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find("v"), "1");
  EXPECT_EQ(tags->find("a"), "rsa-sha256");
  EXPECT_EQ(tags->find("b"), "ab\r\n cd");
  EXPECT_EQ(tags->find("empty"), "");
  EXPECT_FALSE(tags->find("c"));
  EXPECT_EQ(tags->tags()[1].before_equals, ' ');
  EXPECT_EQ(tags->tags()[2].before_equals, 'b');
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

TEST(Base64, CountsTheOctets) {
  EXPECT_EQ(base64_octets("AAAA"), 3u);
  EXPECT_EQ(base64_octets("AA\r\n AA AAA="), 5u);
  EXPECT_EQ(base64_octets("AA=="), 1u);
  EXPECT_EQ(base64_octets("AA"), 1u);
  EXPECT_EQ(base64_octets("AAA"), 2u);
  for (const char* text : {"", "A", "AAAAA", "A=AA", "AA=", "AAAA=", "====", "AA-A", "AA==="}) {
    EXPECT_FALSE(base64_octets(text)) << text;
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
