#include "relay/smtp/body_reader.h"

#include <algorithm>
#include <cstring>

namespace waybill::relay::smtp {
namespace {

constexpr std::string_view kCrlf = "\r\n";

// memchr: the whole of the hot path, a few octets a cycle.
std::size_t find(std::string_view text, char octet) {
  const void* at = text.empty() ? nullptr : std::memchr(text.data(), octet, text.size());
  return at == nullptr ? text.size() : static_cast<const char*>(at) - text.data();
}

}  // namespace

std::string_view BodyReader::read(std::string_view& input) {
  while (!input.empty() && !ended()) {
    const std::size_t length = plain(input);
    if (length > 0) {
      const std::string_view piece = give(input.substr(0, length));
      input.remove_prefix(length);
      if (!piece.empty()) return piece;
      continue;
    }
    const Fate fate = step(input.front());
    if (fate == Fate::left) continue;
    input.remove_prefix(1);
    if (fault_ != BodyFault::none) {
      ++drained_;
    } else if (fate == Fate::ended_line) {
      const std::string_view piece = give(kCrlf);
      if (!piece.empty()) return piece;
    }
  }
  return {};
}

void BodyReader::finish() {
  if (state_ == State::after_cr) fail(BodyFault::bare_line_end);
  state_ = State::ended;
}

void BodyReader::fail(BodyFault fault) {
  if (fault_ == BodyFault::none) fault_ = fault;
}

std::size_t BodyReader::plain(std::string_view rest) {
  std::size_t length = 0;
  while (length < rest.size()) {
    if (state_ == State::line_start) {
      if (framing_ == BodyFraming::dot_stuffed && rest[length] == '.') break;
      state_ = State::in_line;
    }
    if (state_ != State::in_line) break;
    const std::size_t line = plain_line(rest.substr(length));
    length += line;
    if (state_ != State::line_start) break;
  }
  return length;
}

// Up to and with the line's CRLF, which makes the state line_start; or up to a CR or LF that
// stands otherwise.
std::size_t BodyReader::plain_line(std::string_view rest) {
  const std::size_t cr = find(rest, '\r');
  if (fault_ == BodyFault::none) {
    const std::size_t feed = find(rest.substr(0, cr), '\n');
    if (feed < cr) return feed;
  }
  if (cr + 1 >= rest.size() || rest[cr + 1] != '\n') return cr;
  state_ = State::line_start;
  return cr + 2;
}

BodyReader::Fate BodyReader::step(char octet) {
  switch (state_) {
    case State::line_start:
      state_ = State::after_dot;  // plain() stops here at a dot alone
      return Fate::taken;
    case State::in_line:  // ... and here at a CR or LF
      if (octet == '\r') {
        state_ = State::after_cr;
      } else {
        fail(BodyFault::bare_line_end);
      }
      return Fate::taken;
    case State::after_dot:
      // RFC 5321 4.5.2: the dot was there to be dropped, whatever follows.
      state_ = octet == '\r' ? State::after_dot_cr : State::in_line;
      return octet == '\r' ? Fate::taken : Fate::left;
    case State::after_cr:
    case State::after_dot_cr:
      if (octet == '\n') {
        const bool dot = state_ == State::after_dot_cr;
        state_ = dot ? State::ended : State::line_start;
        return dot ? Fate::taken : Fate::ended_line;
      }
      fail(BodyFault::bare_line_end);
      state_ = State::in_line;
      return Fate::left;
    case State::ended: break;
  }
  return Fate::left;
}

std::string_view BodyReader::give(std::string_view piece) {
  if (fault_ != BodyFault::none) {
    drained_ += piece.size();
    return {};
  }
  const std::uint64_t room = limit_ - octets_;
  if (piece.size() > room) {
    drained_ += piece.size() - room;
    piece = piece.substr(0, room);
    fail(BodyFault::too_large);
  }
  octets_ += piece.size();
  return piece;
}

}  // namespace waybill::relay::smtp
