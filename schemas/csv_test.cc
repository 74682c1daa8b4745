#include "schemas/csv.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/sim_net.h"

namespace waybill::schemas {
namespace {

using Row = std::vector<std::string>;

// A reader of RFC 4180 2 that knows nothing of the writer. Text that is none fails the test.
std::vector<Row> rows_of(std::string_view text) {
  std::vector<Row> out;
  Row row;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string field;
    if (text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') {
          field += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          field += text[at++];
        } else {
          break;
        }
      }
      EXPECT_LT(at, text.size()) << "a quote without end";
      ++at;
    } else {
      while (at < text.size() && text[at] != ',' && text[at] != '\r' && text[at] != '\n') {
        EXPECT_NE(text[at], '"') << "a quote in a field without";
        field += text[at++];
      }
    }
    row.push_back(field);
    if (text.substr(at, 1) == ",") {
      ++at;
      if (at == text.size()) row.emplace_back();
      continue;
    }
    EXPECT_EQ(text.substr(at, 2), "\r\n");
    at += 2;
    out.push_back(std::exchange(row, {}));
  }
  EXPECT_TRUE(row.empty()) << "a row without end";
  return out;
}

// The rule for readers.
std::string given_back(const std::string& field) {
  return field.starts_with('\'') ? field.substr(1) : field;
}

bool would_run(std::string_view field) {
  for (const std::string_view begin :
       {"=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}) {
    if (field.starts_with(begin)) return true;
  }
  return false;
}

TEST(CsvTest, QuotesWhatMustBeAndKeepsTheRest) {
  const struct {
    std::string_view octets;
    std::string_view field;
  } cases[] = {
      {"", ""},
      {"ann@x.test", "ann@x.test"},
      {"a b", "a b"},
      {"a,b", "\"a,b\""},
      {"a \"b\"", "\"a \"\"b\"\"\""},
      {"a\r\nb", "\"a\r\nb\""},
      {"a\nb", "\"a\nb\""},
      {"a\rb", "\"a\rb\""},
      {" a", "\" a\""},
      {"a ", "\"a \""},
      {"a;b", "\"a;b\""},
      {"a\tb", "\"a\tb\""},
      {std::string_view("a\0b", 3), std::string_view("a\0b", 3)},
      {"\xFF", "\xFF"},
  };
  for (const auto& c : cases) EXPECT_EQ(csv_field(c.octets), c.field) << c.octets;
}

TEST(CsvTest, NothingIsAFormula) {
  const struct {
    std::string_view octets;
    std::string_view field;
  } cases[] = {
      {"=1+1", "'=1+1"},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "\"'\t=1\""},
      {"\r=1", "\"'\r=1\""},
      {"\n=1", "\"'\n=1\""},
      {"\uFF1D1", "'\uFF1D1"},
      {"\uFF0B1", "'\uFF0B1"},
      {"\uFF0D1", "'\uFF0D1"},
      {"\uFF201", "'\uFF201"},
      {"=HYPERLINK(\"http://x.test\",\"a\")", "\"'=HYPERLINK(\"\"http://x.test\"\",\"\"a\"\")\""},
      {"'", "''"},
      {"'=1", "''=1"},
      {"''", "'''"},
      {"a=1", "a=1"},
      {"1-1", "1-1"},
  };
  for (const auto& c : cases) EXPECT_EQ(csv_field(c.octets), c.field) << c.octets;
}

TEST(CsvTest, ARowHasItsFieldsInOrder) {
  EXPECT_EQ(csv_row(Row{"a", "", "b,c"}), "a,,\"b,c\"\r\n");
  EXPECT_EQ(csv_row(Row{"", ""}), ",\r\n");
  EXPECT_EQ(csv_row(Row{""}), "\"\"\r\n");
  EXPECT_EQ(csv_row(Row{}), "\r\n");
}

TEST(CsvTest, WhateverIsWrittenIsReadBackAndRunsNowhere) {
  // Octets that act somewhere, and a few that do not.
  const std::vector<std::string> letters = {
      "=", "+", "-", "@", "\t", "\r", "\n",   "'",      "\"",     ",",
      ";", " ", "a", "1", "\\", "|",  "\xFF", "\uFF1D", "\uFF20", std::string(1, '\0')};
  tests::SeededChance chance(4180);
  const auto below = [&](std::size_t count) { return chance.below(count); };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Row> rows(1 + below(3));
    std::string text;
    const std::size_t columns = 1 + below(4);
    for (Row& row : rows) {
      row.resize(columns);
      for (std::string& field : row) {
        for (std::size_t length = below(6); length > 0; --length) {
          field += letters[below(letters.size())];
        }
      }
      text += csv_row(row);
    }
    std::vector<Row> read = rows_of(text);
    for (Row& row : read) {
      for (std::string& field : row) {
        ASSERT_FALSE(would_run(field)) << testing::PrintToString(text);
        field = given_back(field);
      }
    }
    ASSERT_EQ(read, rows) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace waybill::schemas
