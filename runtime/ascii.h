// ASCII letters, digits and blanks, whatever the locale says. Octets of other alphabets are
// nobody's letters here and stay as they are (RFC 5321 2.4, RFC 4343 3, RFC 9110 5.1). Pure
// functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace waybill::runtime::ascii {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
// Printable and not a space (VCHAR, RFC 5234 B.1).
constexpr bool is_visible(char c) { return c > ' ' && c <= '~'; }
constexpr bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char upper(char c) { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

inline std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

// The same but for the case of letters.
constexpr bool equal(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool starts_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() && equal(text.substr(0, beginning.size()), beginning);
}

constexpr bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

constexpr bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii(c); });
}

// Without the octets of `blanks` at both ends.
constexpr std::string_view trim(std::string_view text, std::string_view blanks = " \t\r\n\f\v") {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace waybill::runtime::ascii
