// docs/search.md says what the parser does.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "query/search/fields.h"
#include "query/search/parse.h"
#include "runtime/ascii.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

using Cells = std::vector<std::string>;

// The rows of all tables whose first line is this one, each as its cells.
std::vector<Cells> rows_of(const std::string& head) {
  std::ifstream file(WAYBILL_SOURCE_DIR "/docs/search.md");
  EXPECT_TRUE(file);
  std::vector<Cells> out;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('|')) {
      inside = false;
    } else if (line == head) {
      inside = true;
    } else if (inside && !line.starts_with("| ---")) {
      Cells cells;
      for (std::size_t at = 1; at < line.size();) {
        const std::size_t end = line.find('|', at);
        cells.emplace_back(runtime::ascii::trim(line.substr(at, end - at)));
        at = end + 1;
      }
      out.push_back(std::move(cells));
    }
  }
  return out;
}

// The texts in `code` of a cell.
std::vector<std::string> code_of(const std::string& cell) {
  std::vector<std::string> out;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at)) {
    const std::size_t end = cell.find('`', at + 1);
    out.push_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

std::string code(const std::string& cell) {
  const auto all = code_of(cell);
  return all.empty() ? "" : all.front();
}

TEST(SearchPageTest, WhatIsTypedIsReadAsItSays) {
  const auto rows = rows_of("| typed | read as | means |");
  EXPECT_GT(rows.size(), 15u);
  for (const Cells& row : rows) {
    const std::string text = code(row.at(0));
    const Parsed parsed = parse(text, reader_in_berlin());
    const auto* const query = std::get_if<Query>(&parsed);
    ASSERT_NE(query, nullptr) << text;
    EXPECT_EQ(query->canonical, code(row.at(1))) << text;
    EXPECT_EQ(complaint(text, reader_in_berlin()), "") << text;
  }
}

TEST(SearchPageTest, EachFieldHasARowWithItsNames) {
  const auto rows = rows_of("| field | takes | example |");
  ASSERT_EQ(rows.size(), kFields.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const FieldTraits& field = kFields[i];
    std::vector<std::string> names{std::string(field.key) + ':'};
    for (const std::string_view name : field.other_names) {
      if (!name.empty()) names.push_back(std::string(name) + ':');
    }
    EXPECT_EQ(code_of(rows[i].at(0)), names);
    const std::string example = code(rows[i].at(2));
    EXPECT_TRUE(example.starts_with(names.front())) << example;
    for (const std::string& text : {example, std::string(field.example)}) {
      EXPECT_TRUE(std::holds_alternative<Query>(parse(text, reader_in_berlin()))) << text;
      EXPECT_EQ(complaint(text, reader_in_berlin()), "") << text;
    }
  }
}

TEST(SearchPageTest, EachRefusalHasARow) {
  const auto rows = rows_of("| word | typed | instead | why |");
  std::vector<std::string> words;
  for (int wrong = 0; wrong <= static_cast<int>(Wrong::alone); ++wrong) {
    words.emplace_back(word_of(static_cast<Wrong>(wrong)));
  }
  std::vector<std::string> told;
  for (const Cells& row : rows) {
    told.push_back(code(row.at(0)));
    if (code_of(row.at(1)).empty()) continue;
    const std::string text = code(row.at(1));
    const Parsed parsed = parse(text, reader_in_berlin());
    const auto* const refusal = std::get_if<Refusal>(&parsed);
    ASSERT_NE(refusal, nullptr) << text;
    EXPECT_EQ(word_of(refusal->wrong), told.back()) << text;
    EXPECT_EQ(refusal->try_instead, code(row.at(2))) << text;
  }
  EXPECT_EQ(told, words);
  EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(), words.size());
}

TEST(SearchPageTest, ItNamesTheLimits) {
  std::ifstream file(WAYBILL_SOURCE_DIR "/docs/search.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::string lengths = "more than " + std::to_string(kMaxLine) + " octets, or " +
                              std::to_string(kMaxPasted) + " of a pasted header";
  EXPECT_NE(page.find(lengths), std::string::npos);
  EXPECT_NE(page.find("more than " + std::to_string(kMaxTerms) + " terms"), std::string::npos);
}

}  // namespace
}  // namespace waybill::query::search
