#include "relay/smtp/body_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace waybill::relay::smtp {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

struct Outcome {
  std::string body;
  BodyFault fault = BodyFault::none;
  bool ended = false;
  std::string rest;  // what was left for the next command

  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& one) {
  return out << '"' << one.body << "\" fault " << static_cast<int>(one.fault) << " ended "
             << one.ended << " rest \"" << one.rest << '"';
}

Outcome read_cut(BodyFraming framing, std::string_view wire, std::size_t cut,
                 std::uint64_t limit = kNoLimit) {
  BodyReader reader(framing, limit);
  Outcome outcome;
  for (std::size_t at = 0; at < wire.size(); at += cut) {
    std::string_view input = wire.substr(at, cut);
    for (std::string_view piece = reader.read(input); !piece.empty(); piece = reader.read(input)) {
      outcome.body += piece;
    }
    outcome.rest += input;
  }
  if (framing == BodyFraming::counted) reader.finish();
  outcome.fault = reader.fault();
  outcome.ended = reader.ended();
  EXPECT_EQ(reader.octets(), outcome.body.size());
  return outcome;
}

struct Case {
  std::string wire;
  Outcome outcome;
};

void expect_cases(BodyFraming framing, const std::vector<Case>& cases, std::uint64_t limit) {
  for (const Case& one : cases) {
    for (std::size_t cut = one.wire.size() + 1; cut > 0; --cut) {
      EXPECT_EQ(read_cut(framing, one.wire, cut, limit), one.outcome)
          << "pieces of " << cut << " of: " << one.wire;
    }
  }
}

constexpr BodyFault kBare = BodyFault::bare_line_end;
constexpr BodyFault kNone = BodyFault::none;

TEST(BodyReaderTest, DataEndsAtCrlfDotCrlfAndNowhereElse) {
  expect_cases(BodyFraming::dot_stuffed,
               {
                   {".\r\n", {"", kNone, true, ""}},
                   {".\r\nQUIT\r\n", {"", kNone, true, "QUIT\r\n"}},
                   {"a\r\n.\r\n.\r\n", {"a\r\n", kNone, true, ".\r\n"}},
                   {"\r\n\r\n.\r\n", {"\r\n\r\n", kNone, true, ""}},
                   {"a.\r\n.b.\r\n.\r\n", {"a.\r\nb.\r\n", kNone, true, ""}},
                   {"a\r\n", {"a\r\n", kNone, false, ""}},
                   {"a\r\n.", {"a\r\n", kNone, false, ""}},
                   {"a\r\n.\r", {"a\r\n", kNone, false, ""}},
                   {"a\r", {"a", kNone, false, ""}},
               },
               kNoLimit);
}

TEST(BodyReaderTest, OneDotAtTheStartOfALineIsDropped) {
  expect_cases(BodyFraming::dot_stuffed,
               {
                   {"..\r\n.\r\n", {".\r\n", kNone, true, ""}},
                   {"...a\r\n..\r\n.b\r\n.\r\n", {"..a\r\n.\r\nb\r\n", kNone, true, ""}},
               },
               kNoLimit);
}

// Every end of data that some server somewhere takes for one is a fault here, and what follows it
// is no command.
TEST(BodyReaderTest, BareCrOrLfIsAFaultAndNeverTheEnd) {
  for (const std::string end : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r",
                                "\r.\n", "\n.\r", "\r\r\n.\r", "\n\n", "\r\r"}) {
    const std::string wire = "a" + end + "QUIT\r\n.\r\nNOOP\r\n";
    const Outcome whole = read_cut(BodyFraming::dot_stuffed, wire, wire.size());
    EXPECT_EQ(whole.fault, kBare) << end;
    EXPECT_EQ(whole.rest, "NOOP\r\n") << end;
    EXPECT_EQ(whole.body, end.starts_with("\r\n") ? "a\r\n" : "a") << end;
    expect_cases(BodyFraming::dot_stuffed, {{wire, whole}}, kNoLimit);
  }
}

TEST(BodyReaderTest, CrlfAfterABareCrStillStartsALine) {
  expect_cases(BodyFraming::dot_stuffed, {{"a\r\r\n.\r\nQ", {"a", kBare, true, "Q"}}}, kNoLimit);
}

TEST(BodyReaderTest, NulIsAnOctetLikeOthers) {
  const std::string line("\0.\r\n", 4);
  expect_cases(BodyFraming::dot_stuffed,
               {{"\r\n" + line + ".\r\n", {"\r\n" + line, kNone, true, ""}}}, kNoLimit);
}

TEST(BodyReaderTest, TheLimitCountsTheMessageNotItsDots) {
  // RFC 1870 3: with CRLFs, without the dots of the transport.
  expect_cases(BodyFraming::dot_stuffed,
               {
                   {"..b\r\n.\r\n", {".b\r\n", kNone, true, ""}},
                   {"abc\r\n.\r\nQ", {"abc\r", BodyFault::too_large, true, "Q"}},
                   {"abcd\n.\r\n\r\n.\r\nQ", {"abcd", kBare, true, "Q"}},
                   {"abcde\n.\r\n\r\n.\r\nQ", {"abcd", BodyFault::too_large, true, "Q"}},
               },
               4);
}

TEST(BodyReaderTest, CountedOctetsHaveNoDotsToDrop) {
  expect_cases(BodyFraming::counted,
               {
                   {"..a\r\n.\r\nb", {"..a\r\n.\r\nb", kNone, true, ""}},
                   {"a\nb", {"a", kBare, true, ""}},
                   {"a\rb", {"a", kBare, true, ""}},
                   {"a\r\n\r", {"a\r\n", kBare, true, ""}},
                   {"", {"", kNone, true, ""}},
               },
               kNoLimit);
}

TEST(BodyReaderTest, PieceSpansLinesUpToADotThatIsDropped) {
  BodyReader reader(BodyFraming::dot_stuffed, kNoLimit);
  std::string_view input = "one\r\ntwo\r\n..three\r\n.\r\n";
  const char* const start = input.data();
  const std::string_view first = reader.read(input);
  EXPECT_EQ(first, "one\r\ntwo\r\n");
  EXPECT_EQ(first.data(), start);
  EXPECT_EQ(reader.read(input), ".three\r\n");
  EXPECT_EQ(reader.read(input), "");
  EXPECT_TRUE(reader.ended());
}

TEST(BodyReaderTest, TellsHowMuchItThrewAway) {
  BodyReader reader(BodyFraming::dot_stuffed, 2);
  std::string_view input = "abcdef\r\n";
  while (!reader.read(input).empty()) {
  }
  EXPECT_EQ(reader.octets(), 2u);
  EXPECT_EQ(reader.drained(), 6u);
}

TEST(BodyReaderTest, FaultFromElsewhereStopsTheBody) {
  BodyReader reader(BodyFraming::counted, kNoLimit);
  reader.fail(BodyFault::too_large);
  std::string_view input = "abc\n";
  EXPECT_EQ(reader.read(input), "");
  EXPECT_TRUE(input.empty());
  EXPECT_EQ(reader.fault(), BodyFault::too_large);
}

}  // namespace
}  // namespace waybill::relay::smtp
