#include "schemas/reply.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waybill::schemas {
namespace {

TEST(ReplyTest, TheFirstDigitSaysHowItEnded) {
  EXPECT_TRUE((Reply{250, "", ""}.positive()));
  EXPECT_TRUE((Reply{354, "", ""}.positive()));
  EXPECT_TRUE((Reply{451, "", ""}.transient()));
  EXPECT_TRUE((Reply{550, "", ""}.permanent()));
  EXPECT_FALSE((Reply{451, "", ""}.permanent()));
  EXPECT_FALSE((Reply{550, "", ""}.positive()));
}

TEST(ReplyTest, IsWrittenAsRfc5321AndRfc2034Say) {
  const struct {
    Reply reply;
    std::string_view wire;
  } cases[] = {
      {{250, "2.1.5", "Ok"}, "250 2.1.5 Ok\r\n"},
      {{354, "", "Go ahead"}, "354 Go ahead\r\n"},
      {{250, "", "one\ntwo\nthree"}, "250-one\r\n250-two\r\n250 three\r\n"},
      {{550, "5.7.1", "no\nreally"}, "550-5.7.1 no\r\n550 5.7.1 really\r\n"},
      {{250, "", ""}, "250 \r\n"},
      {{250, "", "one\n"}, "250-one\r\n250 \r\n"},
      {{550, "", "gr\xC3\xBC\xC3\x9F"}, "550 gr\xC3\xBC\xC3\x9F\r\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(wire(c.reply), c.wire);
}

TEST(ReplyTest, NothingAPeerSaidBreaksOutOfItsLine) {
  EXPECT_EQ(wire({550, "5.1.1\r\n250 fine", "a\r\nb\rc"}), "550-a \r\n550 b c\r\n");
  EXPECT_EQ(wire({550, "5.1.1", std::string("x\0y\x1B[2J", 7)}), "550 5.1.1 x y [2J\r\n");
}

TEST(ReplyTest, NoLineIsLongerThan512Octets) {
  const std::string out = wire({550, "5.1.1", std::string(600, 'x') + "\nend"});
  EXPECT_EQ(out.find("\r\n"), 510u);
  EXPECT_EQ(out.substr(512), "550 5.1.1 end\r\n");
}

TEST(ReplyTest, ALongLineIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\xE2\x82\xAC";
  const std::string out = wire({550, "", text});
  EXPECT_EQ(out.size(), 4 + 168 * 3 + 2);  // 506 octets of room hold 168 characters of three
}

TEST(ReplyTest, TheLastOfTooManyLinesEndsTheReply) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line\n";
  const std::string out = wire({250, "", text});
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), static_cast<long>(kMaxReplyLines));
  EXPECT_EQ(out.substr(out.size() - 10), "250 line\r\n");
}

TEST(ReplyTest, EnhancedStatusIsClassSubjectDetail) {
  for (const auto good : {"2.0.0", "4.4.7", "5.1.10", "5.999.999"}) {
    EXPECT_TRUE(is_enhanced_status(good)) << good;
  }
  for (const auto bad : {"", "5", "5.", "5.1", "5.1.", "3.1.1", "5..1", "5.1.1 ", "5.1000.1",
                         "5.1.1000", "5.1.1.1", "a.b.c", "50.1.1"}) {
    EXPECT_FALSE(is_enhanced_status(bad)) << bad;
  }
}

TEST(ReplyTest, CleanTextHoldsNoControlsAndOnlyUtf8) {
  const struct {
    std::string_view from;
    std::string_view to;
  } cases[] = {
      {"plain", "plain"},
      {"a\nb", "a\nb"},
      {"a\tb\rc\x7F", "a b c "},
      {"\xC2\x85next", " next"},  // C1: NEXT LINE
      {"latin \xFC", "latin ?"},  // ISO 8859-1
      {"\xC0\xAF", "??"},         // overlong "/"
      {"\xED\xA0\x80", "???"},    // surrogate
      {"\xE2\x82", "??"},         // cut character
      {"\xE2\x82\xAC", "\xE2\x82\xAC"},
  };
  for (const auto& c : cases) EXPECT_EQ(clean_reply_text(c.from), c.to);
}

TEST(ReplyTest, CleanTextStopsAtItsLimitWithoutSplittingACharacter) {
  EXPECT_EQ(clean_reply_text("abcdef", 3), "abc");
  EXPECT_EQ(clean_reply_text("ab\xE2\x82\xAC", 4), "ab");
  EXPECT_EQ(clean_reply_text(std::string(5000, 'x')).size(), 2048u);
}

}  // namespace
}  // namespace waybill::schemas
