// ASCII letters of commands and keywords: RFC 5321 2.4 has them in any case. Pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace waybill::relay::smtp {

inline char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

inline std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_upper(c);
  return out;
}

// `word` is in upper case.
inline bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return ascii_upper(a) == b; });
}

inline bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && is_word(text.substr(0, word.size()), word);
}

inline bool is_control_octet(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7F;
}

inline bool has_control_octet(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control_octet);
}

inline bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace waybill::relay::smtp
