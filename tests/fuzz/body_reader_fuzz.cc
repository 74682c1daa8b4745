// The same octets give the same body whatever the split, and it is the body that a reader of one
// octet at a time, written for clearness alone, finds in them.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relay/smtp/body_reader.h"

namespace {

using waybill::relay::smtp::BodyFault;
using waybill::relay::smtp::BodyFraming;
using waybill::relay::smtp::BodyReader;

constexpr std::uint64_t kLimit = 48;

void require(bool kept) {
  if (!kept) std::abort();
}

struct Outcome {
  std::string body;
  BodyFault fault = BodyFault::none;
  std::uint64_t drained = 0;
  bool ended = false;
  std::string rest;

  bool operator==(const Outcome&) const = default;
};

// `cuts`: the lengths of the pieces, over and over.
Outcome read_body(BodyFraming framing, std::string_view wire,
                  const std::vector<std::size_t>& cuts) {
  BodyReader reader(framing, kLimit);
  Outcome outcome;
  for (std::size_t at = 0, turn = 0; at < wire.size(); ++turn) {
    const std::size_t length = cuts[turn % cuts.size()];
    std::string_view input = wire.substr(at, length);
    for (std::string_view piece = reader.read(input); !piece.empty(); piece = reader.read(input)) {
      outcome.body += piece;
    }
    outcome.rest += input;
    at += length;
  }
  outcome.ended = reader.ended();
  if (framing == BodyFraming::counted) reader.finish();
  outcome.fault = reader.fault();
  outcome.drained = reader.drained();
  require(reader.octets() == outcome.body.size());
  return outcome;
}

// RFC 5321 4.1.1.4 and 4.5.2 to the letter: the data up to CRLF "." CRLF, dots dropped. False: no
// end is there.
bool plain_body(std::string_view wire, std::string& body, std::string_view& rest) {
  const std::string framed = "\r\n" + std::string(wire);
  const std::size_t end = framed.find("\r\n.\r\n");
  if (end == std::string::npos) return false;
  rest = wire.substr(end + 3);
  const std::string_view text = std::string_view(framed).substr(0, end + 2);
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] == '.' && text[i - 1] == '\n' && text[i - 2] == '\r') continue;
    body += text[i];
  }
  return true;
}

bool has_bare_line_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
  }
  return false;
}

void compare_with_plain(std::string_view wire, const Outcome& outcome) {
  std::string body;
  std::string_view rest;
  require(plain_body(wire, body, rest) == outcome.ended);
  if (!outcome.ended) return;
  require(outcome.rest == rest);
  const std::string_view data = wire.substr(0, wire.size() - rest.size());
  const bool faulty = has_bare_line_end(data) || body.size() > kLimit;
  require(faulty == (outcome.fault != BodyFault::none));
  require(faulty ? body.starts_with(outcome.body) : body == outcome.body);
}

}  // namespace

// The first four octets are the lengths of the pieces; few values stand for many, so that line ends
// and dots are frequent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kCuts = 4;
  constexpr std::string_view kFrequent = "\r\n.\r\n.\r\na";
  if (size < kCuts) return 0;
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < kCuts; ++i) cuts.push_back(1 + data[i] % 8);
  std::string wire;
  for (std::size_t i = kCuts; i < size; ++i) {
    const auto octet = static_cast<char>(data[i]);
    wire += octet >= 0 && octet < static_cast<int>(kFrequent.size())
                ? kFrequent[static_cast<std::size_t>(octet)]
                : octet;
  }

  for (const BodyFraming framing : {BodyFraming::dot_stuffed, BodyFraming::counted}) {
    const Outcome whole = read_body(framing, wire, {wire.size() + 1});
    require(whole == read_body(framing, wire, cuts));
    require(whole == read_body(framing, wire, {1}));
    require(!has_bare_line_end(whole.body + (whole.body.ends_with('\r') ? "\n" : "")));
    if (framing == BodyFraming::dot_stuffed) compare_with_plain(wire, whole);
  }
  return 0;
}
