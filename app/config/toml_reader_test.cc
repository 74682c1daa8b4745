#include "app/config/toml_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::app {
namespace {

using namespace std::string_literals;

TEST(QuotedTest, IsFitForATerminal) {
  EXPECT_EQ(in_quotes(""), "\"\"");
  EXPECT_EQ(in_quotes("plain text"), "\"plain text\"");
  EXPECT_EQ(in_quotes("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(in_quotes("a\0b\r\n\t\x1b\x7f"s), "\"a\\x00b\\x0d\\x0a\\x09\\x1b\\x7f\"");
  EXPECT_EQ(in_quotes("bücher"), "\"bücher\"");
}

TEST(QuotedTest, IsCutBetweenCharacters) {
  EXPECT_EQ(in_quotes(std::string(80, 'x')), '"' + std::string(80, 'x') + '"');
  EXPECT_EQ(in_quotes(std::string(81, 'x')), '"' + std::string(80, 'x') + "...\"");
  EXPECT_EQ(in_quotes(std::string(79, 'x') + "ü"), '"' + std::string(79, 'x') + "...\"");
}

TEST(KeyNameTest, QuotesWhereTomlDoes) {
  EXPECT_EQ(key_name("", "server"), "server");
  EXPECT_EQ(key_name("server", "host_name"), "server.host_name");
  EXPECT_EQ(key_name("domains", "a.example"), "domains.\"a.example\"");
  EXPECT_EQ(key_name("domains", ""), "domains.\"\"");
  EXPECT_EQ(key_name("domains", "ü"), "domains.\"ü\"");
}

TEST(DescribeTest, NamesEveryType) {
  const toml::table table =
      toml::parse("a = 'x'\nb = -5\nc = true\nd = 1.5\ne = 07:32:00\nf = []\ng = [1]\nh = {}\n");
  const struct {
    const char* key;
    const char* description;
  } cases[] = {
      {"a", "\"x\""},          {"b", "-5"},
      {"c", "true"},           {"d", "a number with a fraction"},
      {"e", "a date or time"}, {"f", "an empty array"},
      {"g", "an array"},       {"h", "a table"},
  };
  for (const auto& c : cases) EXPECT_EQ(describe(*table.get(c.key)), c.description) << c.key;
}

}  // namespace
}  // namespace waybill::app
