#include "relay/smtp/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::relay::smtp {
namespace {

// Lines as text, with a mark in front where there is a fault.
std::vector<std::string> read_cut(std::string_view wire, std::size_t cut) {
  LineReader reader;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < wire.size(); at += cut) {
    std::string_view input = wire.substr(at, cut);
    while (const auto line = reader.read(input)) {
      std::string text(line->text);
      if (line->fault == LineFault::too_long) text = "too long: " + std::to_string(text.size());
      if (line->fault == LineFault::bare_line_feed) text = "bare LF: " + text;
      lines.push_back(std::move(text));
    }
    EXPECT_TRUE(input.empty());
  }
  return lines;
}

struct LineCase {
  std::string wire;
  std::vector<std::string> lines;
};

void expect_cases(const std::vector<LineCase>& cases) {
  for (const LineCase& one : cases) {
    for (std::size_t cut = 1; cut <= one.wire.size(); ++cut) {
      EXPECT_EQ(read_cut(one.wire, cut), one.lines) << "pieces of " << cut << " of: " << one.wire;
    }
  }
}

TEST(LineReaderTest, LinesEndInCrlf) {
  expect_cases({
      {"NOOP\r\nQUIT\r\n", {"NOOP", "QUIT"}},
      {"\r\n\r\nA", {"", ""}},
      {"a\rb\r\n", {"a\rb"}},
      {"a\r\r\n", {"a\r"}},
  });
}

TEST(LineReaderTest, BareLineFeedMakesOneFaultyLineUpToTheNextCrlf) {
  expect_cases({
      {"A\nB\nC\r\nD\r\n", {"bare LF: A", "D"}},
      {"\n\r\nD\r\n", {"bare LF: ", "D"}},
      {"A\n\r\n\r\n", {"bare LF: A", ""}},
      {"A\n\n\rB\r\nD\r\n", {"bare LF: A", "D"}},
  });
}

TEST(LineReaderTest, LongestLineIsKeptAndOneOctetMoreIsNot) {
  const std::string longest(kMaxCommandLine - 2, 'x');
  EXPECT_EQ(read_cut(longest + "\r\n", 100), std::vector<std::string>{longest});
  const std::string fault = "too long: " + std::to_string(kMaxCommandLine);
  for (const std::size_t cut : {1u, 7u, 2047u, 2048u, 2049u, 4096u}) {
    EXPECT_EQ(read_cut(longest + "x\r\nA\r\n", cut), (std::vector<std::string>{fault, "A"}));
    EXPECT_EQ(read_cut(longest + "xy\r\nA\r\n", cut), (std::vector<std::string>{fault, "A"}));
    EXPECT_EQ(read_cut(longest + longest + "\nB\r\nA\r\n", cut),
              (std::vector<std::string>{fault, "A"}));
  }
}

TEST(LineReaderTest, FaultIsToldAtTheOctetThatShowsIt) {
  LineReader reader;
  std::string_view input = "A\n";
  EXPECT_EQ(reader.read(input)->fault, LineFault::bare_line_feed);
  const std::string endless(kMaxCommandLine, 'x');
  LineReader other;
  input = endless;
  EXPECT_EQ(other.read(input)->fault, LineFault::too_long);
}

}  // namespace
}  // namespace waybill::relay::smtp
