#include "schemas/utf8.h"

#include <cstdint>

namespace waybill::schemas {
namespace {

struct Lead {
  std::size_t octets;
  // The range of the second octet: it excludes overlong forms, surrogates and what exceeds
  // U+10FFFF.
  std::uint8_t low;
  std::uint8_t high;
};

constexpr Lead kNoLead{0, 0, 0};

Lead lead_of(std::uint8_t octet) {
  if (octet >= 0xC2 && octet <= 0xDF) return {2, 0x80, 0xBF};
  if (octet == 0xE0) return {3, 0xA0, 0xBF};
  if (octet == 0xED) return {3, 0x80, 0x9F};
  if (octet >= 0xE1 && octet <= 0xEF) return {3, 0x80, 0xBF};
  if (octet == 0xF0) return {4, 0x90, 0xBF};
  if (octet >= 0xF1 && octet <= 0xF3) return {4, 0x80, 0xBF};
  if (octet == 0xF4) return {4, 0x80, 0x8F};
  return kNoLead;
}

bool continues(char octet) { return (static_cast<std::uint8_t>(octet) & 0xC0) == 0x80; }

}  // namespace

std::size_t utf8_character(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return 1;
  const Lead lead = lead_of(first);
  if (lead.octets == 0 || text.size() < lead.octets) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if (second < lead.low || second > lead.high) return 0;
  for (std::size_t i = 2; i < lead.octets; ++i) {
    if (!continues(text[i])) return 0;
  }
  return lead.octets;
}

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

std::uint32_t code_point(std::string_view character) {
  if (character.size() == 1) return static_cast<std::uint8_t>(character[0]);
  std::uint32_t point = static_cast<std::uint8_t>(character[0]) & (0x7fU >> character.size());
  for (const char c : character.substr(1)) {
    point = point << 6 | (static_cast<std::uint8_t>(c) & 0x3fU);
  }
  return point;
}

bool is_control(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x20 || first == 0x7F) return true;
  return first == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0;
}

bool is_clean_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = utf8_character(text);
    if (octets == 0 || is_control(text)) return false;
    text.remove_prefix(octets);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t octets = utf8_character(text);
    if (octets == 0) {
      out += '?';
      text.remove_prefix(1);
      continue;
    }
    if (is_control(text)) {
      out += ' ';
    } else {
      out += text.substr(0, octets);
    }
    text.remove_prefix(octets);
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && continues(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace waybill::schemas
