#include "schemas/utf8.h"

#include <gtest/gtest.h>

namespace waybill::schemas {
namespace {

TEST(Utf8Test, KnowsWellFormedCharactersOfEveryLength) {
  const struct {
    std::string_view text;
    std::size_t octets;
  } cases[] = {
      {"", 0},
      {"a", 1},
      {std::string_view("\0", 1), 1},
      {"\xC2\x80", 2},
      {"\xDF\xBF", 2},
      {"\xE0\xA0\x80", 3},
      {"\xED\x9F\xBF", 3},
      {"\xEE\x80\x80", 3},
      {"\xF0\x90\x80\x80", 4},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\xC3\xBCmore", 2},
  };
  for (const auto& c : cases) EXPECT_EQ(utf8_character(c.text), c.octets) << c.text;
}

TEST(Utf8Test, RefusesWhatRfc3629Refuses) {
  const struct {
    std::string_view what;
    std::string_view text;
  } cases[] = {
      {"a continuation alone", "\x80"},
      {"an overlong slash", "\xC0\xAF"},
      {"an overlong DEL", "\xC1\xBF"},
      {"an overlong of three", "\xE0\x9F\xBF"},
      {"an overlong of four", "\xF0\x8F\xBF\xBF"},
      {"the first surrogate", "\xED\xA0\x80"},
      {"the last surrogate", "\xED\xBF\xBF"},
      {"above U+10FFFF", "\xF4\x90\x80\x80"},
      {"a lead that never was", "\xF5\x80\x80\x80"},
      {"an octet of 255", "\xFF"},
      {"two of three octets", "\xE2\x82"},
      {"a lead before ASCII", "\xC3z"},
      {"a third octet that is ASCII", "\xE2\x82z"},
  };
  for (const auto& c : cases) EXPECT_EQ(utf8_character(c.text), 0u) << c.what;
}

TEST(Utf8Test, ControlsAreC0DelAndC1) {
  for (const auto text : {"\x01", "\r", "\x1F", "\x7F", "\xC2\x80", "\xC2\x9F"}) {
    EXPECT_TRUE(is_control(text));
  }
  for (const auto text : {" ", "~", "\xC2\xA0", "\xC3\x80"}) EXPECT_FALSE(is_control(text));
}

TEST(Utf8Test, CleanTextIsWellFormedToItsEndAndHasNoControl) {
  EXPECT_TRUE(is_clean_utf8(""));
  EXPECT_TRUE(is_clean_utf8("a b\xC3\xBC"));
  EXPECT_FALSE(is_clean_utf8("ab\xC3"));
  EXPECT_FALSE(is_clean_utf8("ab\n"));
  EXPECT_FALSE(is_clean_utf8("a\xC2\x85z"));
}

TEST(Utf8Test, PrintableTextHasNothingThatATerminalActsOn) {
  EXPECT_EQ(printable("a b\xC3\xBC"), "a b\xC3\xBC");
  EXPECT_EQ(printable("a\033[31m\nb\xC2\x85z"), "a [31m b z");
  EXPECT_EQ(printable("a\xC3"), "a?");
}

TEST(Utf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(cut_utf8("\xE2\x82\xAC", 0), "");
}

}  // namespace
}  // namespace waybill::schemas
