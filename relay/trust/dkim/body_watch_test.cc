#include "relay/trust/dkim/body_watch.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace waybill::relay::trust::dkim {
namespace {

using Found = BodyWatch::Found;

TEST(BodyWatch, FindsBareLineEndsHoweverTheBodyIsCut) {
  const std::pair<std::string, Found> cases[] = {
      {"", Found::lines},
      {"a\r\n\r\nb\r\n", Found::lines},
      {"a", Found::lines},
      {"\r\n", Found::lines},
      {"a\r", Found::lines},
      {"\n", Found::bare_line_end},
      {"a\nb", Found::bare_line_end},
      {"a\rb", Found::bare_line_end},
      {"\r\r\n", Found::bare_line_end},
      {"a\r\n\nb", Found::bare_line_end},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(BodyWatch().see(text), expected) << text;
    BodyWatch watch;
    Found found = Found::lines;
    for (const char& c : text) {
      if (found == Found::lines) found = watch.see({&c, 1});
    }
    EXPECT_EQ(found, expected) << text;
  }
}

TEST(BodyWatch, KnowsWhatTheLastLineWants) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"a\r\n", ""}, {"a", "\r\n"}, {"a\r\nb", "\r\n"}};
  for (const auto& [text, expected] : cases) {
    BodyWatch watch;
    watch.see(text);
    EXPECT_EQ(watch.missing_end(), expected) << text;
    EXPECT_FALSE(watch.ends_in_cr());
  }
  BodyWatch watch;
  watch.see("a\r");
  EXPECT_TRUE(watch.ends_in_cr());
}

TEST(BodyWatch, MeasuresLinesAcrossPieces) {
  BodyWatch watch;
  const std::string half(kMaxBodyLine / 2, 'a');
  EXPECT_EQ(watch.see(half), Found::lines);
  EXPECT_EQ(watch.see(half), Found::lines);
  EXPECT_EQ(watch.see("\r\n"), Found::lines);
  EXPECT_EQ(watch.see(half + half), Found::lines);
  EXPECT_EQ(watch.see("a"), Found::long_line);
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
