#include "relay/trust/dkim/canonical.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// RFC 6376 2.8
bool is_space(char c) { return c == ' ' || c == '\t'; }

// Octets of a line that relaxed leaves as they are: up to white space or a CR.
std::size_t plain_octets(std::string_view text) {
  const auto* end = std::find_if(text.begin(), text.end(),
                                 [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
  return static_cast<std::size_t>(end - text.begin());
}

// RFC 6376 3.4.2
void append_relaxed(std::string_view name, std::string_view value, std::string& out) {
  while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
  for (const char c : name) out += runtime::ascii::lower(c);
  out += ':';
  bool space = false;
  bool begun = false;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (is_space(value[at])) {
      space = true;
      continue;
    }
    if (value.substr(at, 2) == kLineEnd) {
      ++at;
      continue;
    }
    if (space && begun) out += ' ';
    out += value[at];
    space = false;
    begun = true;
  }
}

}  // namespace

void append_field(Form form, std::string_view field, std::string& out) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return;
  switch (form) {
    case Form::simple: out.append(field); break;
    case Form::relaxed: append_relaxed(field.substr(0, colon), field.substr(colon + 1), out); break;
  }
}

void CanonicalBody::release() {
  constexpr std::string_view kLineEnds =
      "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
  for (std::size_t octets = line_ends_ * 2; octets > 0;) {
    const std::size_t now = std::min(octets, kLineEnds.size());
    sink_.put(kLineEnds.substr(0, now));
    octets -= now;
  }
  line_ends_ = 0;
  if (space_) sink_.put(" ");
  space_ = false;
  is_empty_ = false;
}

void CanonicalBody::take(std::string_view piece) {
  if (piece.empty()) return;
  if (cr_) {
    cr_ = false;
    if (piece.front() == '\n') {
      piece.remove_prefix(1);
      space_ = false;
      ++line_ends_;
    } else {
      release();
      sink_.put("\r");
    }
  }
  if (piece.ends_with('\r')) {
    piece.remove_suffix(1);
    cr_ = true;
  }
  form_ == Form::simple ? take_simple(piece) : take_relaxed(piece);
}

// RFC 6376 3.4.3
void CanonicalBody::take_simple(std::string_view piece) {
  std::size_t line_ends = 0;
  for (; piece.ends_with(kLineEnd); ++line_ends) piece.remove_suffix(2);
  if (!piece.empty()) {
    release();
    sink_.put(piece);
  }
  line_ends_ += line_ends;
}

std::size_t CanonicalBody::take_space(std::string_view rest) {
  std::size_t octets = 0;
  while (octets < rest.size() && is_space(rest[octets])) ++octets;
  space_ = space_ || octets > 0;
  return octets;
}

// RFC 6376 3.4.4
void CanonicalBody::take_relaxed(std::string_view piece) {
  while (true) {
    piece.remove_prefix(take_space(piece));
    if (piece.empty()) return;
    if (piece.starts_with(kLineEnd)) {
      piece.remove_prefix(2);
      space_ = false;
      ++line_ends_;
      continue;
    }
    // To here white space is one space, and what follows is of the same line: words are put
    // together as long as single spaces stand between them.
    release();
    std::size_t end = 0;
    while (true) {
      // The first octet is none of those that stop it, or a bare CR.
      end += 1 + plain_octets(piece.substr(end + 1));
      const bool goes_on = end + 1 < piece.size() && piece[end] == ' ' &&
                           !is_space(piece[end + 1]) && piece[end + 1] != '\r';
      if (!goes_on) break;
    }
    sink_.put(piece.substr(0, end));
    piece.remove_prefix(end);
  }
}

void CanonicalBody::end() {
  if (cr_) {
    release();
    sink_.put("\r");
  }
  // Of an empty body simple makes a line, relaxed nothing (RFC 6376 3.4.3, 3.4.4).
  if (form_ == Form::simple || !is_empty_) sink_.put(kLineEnd);
}

}  // namespace waybill::relay::trust::dkim
