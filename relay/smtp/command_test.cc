#include "relay/smtp/command.h"

#include <gtest/gtest.h>

#include <limits>

namespace waybill::relay::smtp {
namespace {

TEST(CommandTest, VerbInAnyCaseThenItsArgument) {
  const struct {
    std::string_view line;
    Verb verb;
    std::string_view argument;
  } cases[] = {
      {"EHLO client.example", Verb::ehlo, "client.example"},
      {"helo c", Verb::helo, "c"},
      {"MaIl FROM:<>", Verb::mail, "FROM:<>"},
      {"RCPT  TO:<a@b> ", Verb::rcpt, "TO:<a@b>"},
      {"DATA", Verb::data, ""},
      {"DATA  ", Verb::data, ""},
      {"BDAT 1 LAST", Verb::bdat, "1 LAST"},
      {"RSET", Verb::rset, ""},
      {"NOOP a b", Verb::noop, "a b"},
      {"VRFY x", Verb::vrfy, "x"},
      {"HELP", Verb::help, ""},
      {"QUIT", Verb::quit, ""},
      {"EXPN list", Verb::not_offered, "list"},
      {"STARTTLS", Verb::starttls, ""},
      {"AUTH PLAIN", Verb::not_offered, "PLAIN"},
      {"GET / HTTP/1.1", Verb::http, "/ HTTP/1.1"},
      {"host: a.example", Verb::http, "a.example"},
      {"", Verb::unknown, ""},
      {" NOOP", Verb::unknown, "NOOP"},
      {"DATA_", Verb::unknown, ""},
      {"MAILFROM:<>", Verb::unknown, ""},
      {"NOOP\t", Verb::unknown, ""},
  };
  for (const auto& one : cases) {
    const Command command = parse_command(one.line);
    EXPECT_EQ(command.verb, one.verb) << one.line;
    EXPECT_EQ(command.argument, one.argument) << one.line;
  }
}

TEST(CommandTest, ChunkArgumentIsASizeAndPerhapsLast) {
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  const struct {
    std::string_view argument;
    std::uint64_t size;
    bool last;
  } cases[] = {
      {"0", 0, false},
      {"123", 123, false},
      {"0 LAST", 0, true},
      {"007  last", 7, true},
      {"18446744073709551615", kLargest, false},
      {"18446744073709551616 LAST", kLargest, true},
      {"99999999999999999999999999", kLargest, false},
  };
  for (const auto& one : cases) {
    const auto chunk = parse_chunk_argument(one.argument);
    ASSERT_TRUE(chunk) << one.argument;
    EXPECT_EQ(chunk->size, one.size) << one.argument;
    EXPECT_EQ(chunk->last, one.last) << one.argument;
  }
  for (const auto* const bad :
       {"", "LAST", "-1", "+1", "1x", "1LAST", "0x10", "1 LATS", "1 LAST x"}) {
    EXPECT_FALSE(parse_chunk_argument(bad)) << bad;
  }
}

TEST(CommandTest, CountIsDigitsAlone) {
  EXPECT_EQ(parse_count("42"), 42u);
  for (const auto* const bad : {"", " 1", "1 ", "1.0", "-0"}) EXPECT_FALSE(parse_count(bad)) << bad;
}

}  // namespace
}  // namespace waybill::relay::smtp
