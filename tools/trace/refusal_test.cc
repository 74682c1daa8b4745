#include "tools/trace/refusal.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace waybill::tools {
namespace {

std::string shown(std::string_view query, const std::string& problem) {
  return refusal_text("trace", query, boost::json::parse(problem).as_object());
}

TEST(RefusalTest, TheWordIsMarked) {
  EXPECT_EQ(shown("ann@x.test frm:bob",
                  R"({"detail":"No such field.","at":11,"length":7,
                      "try_instead":"ann@x.test from:bob"})"),
            "waybill: No such field.\n"
            "  ann@x.test frm:bob\n"
            "             ^~~~~~~\n"
            "Try: waybill trace 'ann@x.test from:bob'\n");
}

TEST(RefusalTest, PlacesAreOctetsAndMarksAreCharacters) {
  const std::string where = R"({"detail":"No.","at":4,"length":3})";
  EXPECT_EQ(shown("\u00fc\u00fcabc", where), "waybill: No.\n  \u00fc\u00fcabc\n    ^~~\n");
  EXPECT_EQ(shown("\xff\xff\xff\xff"
                  "abc",
                  where),
            "waybill: No.\n  ????abc\n      ^~~\n");
}

TEST(RefusalTest, OfSeveralLinesTheOneIsShown) {
  EXPECT_EQ(shown("From: a\nfrm:b\nTo: c", R"({"detail":"No.","at":8,"length":5})"),
            "waybill: No.\n  frm:b\n  ^~~~~\n");
  EXPECT_EQ(shown("a\nb", R"({"detail":"No.","at":0,"length":3})"), "waybill: No.\n  a\n  ^\n");
}

TEST(RefusalTest, APlaceThatIsNoneIsAtTheEnd) {
  EXPECT_EQ(shown("ab", R"({"detail":"No.","at":99,"length":99})"), "waybill: No.\n  ab\n    ^\n");
  EXPECT_EQ(shown("", R"({"detail":"No.","at":0,"length":0})"), "waybill: No.\n  \n  ^\n");
}

TEST(RefusalTest, WithoutAPlaceNothingIsMarked) {
  EXPECT_EQ(shown("is:bounced", R"({"detail":"No index.","try_instead":"it's"})"),
            "waybill: No index.\nTry: waybill trace 'it'\\''s'\n");
}

TEST(RefusalTest, NothingActsOnTheTerminal) {
  const std::string text =
      shown("a\033[2J", R"({"detail":"b\u001b[2J","at":1,"length":1,"try_instead":"c\u009b2J"})");
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find("\u009b"), std::string::npos);
}

}  // namespace
}  // namespace waybill::tools
