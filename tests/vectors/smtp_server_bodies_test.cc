// Published bodies after 354: where they end, what is in them, which are refused.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "relay/smtp/body_reader.h"
#include "tests/support/smtp_cases.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
using relay::smtp::BodyFault;
using relay::smtp::BodyFraming;
using relay::smtp::BodyReader;

constexpr const char* kBareContent = "a bare CR or LF is refused here, not taken as content";
constexpr const char* kWireSize =
    "upstream counts the octets of the wire, we those of the message (RFC 1870 3)";

const SmtpExceptions kExceptions{
    {"smtp-proto/data/bare-cr-lf-inside", kBareContent},
    {"mox/dataread/..test\\ntest.\\n\\r\\n.\\r\\n", kBareContent},
    {"chasquid/dotreader/abc\\r\\n.\\r\\n/max=5", kWireSize},
};

struct Outcome {
  std::string body;
  BodyFault fault = BodyFault::none;
  bool ended = false;
  std::string rest;

  bool whole() const { return ended && fault == BodyFault::none; }
  bool operator==(const Outcome&) const = default;
};

Outcome read_body(const std::vector<std::string>& segments, std::uint64_t limit) {
  BodyReader reader(BodyFraming::dot_stuffed, limit);
  Outcome outcome;
  for (std::string_view input : segments) {
    for (std::string_view piece = reader.read(input); !piece.empty(); piece = reader.read(input)) {
      outcome.body += piece;
    }
    outcome.rest += input;
  }
  outcome.fault = reader.fault();
  outcome.ended = reader.ended();
  return outcome;
}

std::vector<std::string> segments_of(const json::object& one) {
  std::vector<std::string> segments;
  for (const json::value& step : one.at("steps").as_array()) {
    segments.push_back(sent_by(step.as_object()));
  }
  return segments;
}

std::string joined(const std::vector<std::string>& segments) {
  std::string whole;
  for (const std::string& segment : segments) whole += segment;
  return whole;
}

std::uint64_t limit_of(const json::object& one) {
  const auto* limit = one.if_contains("max_bytes");
  return limit != nullptr ? limit->to_number<std::uint64_t>() : 1 << 20;
}

// The published message, with the CRLFs it had on the wire.
std::string expected_body(const json::object& one) {
  const std::string text = text_of(one, "expect_message");
  if (text_of(one, "property").find("CRLF to LF") == std::string::npos) return text;
  std::string body;
  for (const char c : text) body += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return body;
}

std::string judge(const json::object& one, const Outcome& outcome) {
  if (!outcome.rest.empty()) return "octets left over as commands: " + outcome.rest;
  if (one.at("expect_message").is_null()) return outcome.whole() ? "accepted" : "";
  // Upstreams disagree on whether to mend or to refuse; none may see an end that is none.
  if (text_of(one, "match") == "messages") return "";
  if (!outcome.whole()) return "refused or without an end";
  const std::string expected = expected_body(one);
  // One upstream leaves out the CRLF before the last dot when it comes in a segment of its own.
  const bool good = outcome.body == expected || outcome.body == expected + "\r\n";
  return good ? "" : "another body: " + outcome.body;
}

class SmtpServerBodies : public SmtpCaseTest {};

TEST_F(SmtpServerBodies, EndWhereTheyShouldAndHoldWhatTheyShould) {
  SmtpScore score("body reader", kExceptions);
  const auto cases = smtp_cases("data-reader");
  EXPECT_GE(cases.size(), 50u);
  for (const json::object& one : cases) {
    score.count(one, judge(one, read_body(segments_of(one), limit_of(one))));
  }
  score.finish();
}

TEST_F(SmtpServerBodies, AreTheSameInEverySplit) {
  for (const json::object& one : smtp_cases("data-reader")) {
    const std::string wire = joined(segments_of(one));
    const Outcome whole = read_body({wire}, limit_of(one));
    for (std::size_t at = 0; at <= wire.size(); ++at) {
      EXPECT_EQ(read_body({wire.substr(0, at), wire.substr(at)}, limit_of(one)), whole)
          << text_of(one, "name") << " cut at " << at;
    }
  }
}

TEST_F(SmtpServerBodies, SmugglingIsRefusedNotMended) {
  for (const json::object& one : smtp_cases("data-reader")) {
    if (text_of(one, "match") != "messages") continue;
    const Outcome outcome = read_body(segments_of(one), limit_of(one));
    EXPECT_FALSE(outcome.whole()) << text_of(one, "name");
    EXPECT_NE(outcome.fault, BodyFault::none) << text_of(one, "name");
  }
}

}  // namespace
}  // namespace waybill::tests
