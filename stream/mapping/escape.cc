#include "stream/mapping/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "schemas/event_text.h"
#include "schemas/utf8.h"

namespace waybill::stream {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
// U+2028 and U+2029 end a line for some readers.
constexpr std::uint32_t kLineSeparator = 0x2028;
constexpr std::uint32_t kParagraphSeparator = 0x2029;

// Copies what is ASCII, no control and none of the three, eight octets at a time; `at` has room for
// the text. Gives how much it copied: what follows is to be looked at closely.
std::size_t copy_harmless(std::string_view text, const std::array<char, 3>& special, char* at) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  // The high bit of each octet that is zero, and of some that are not.
  const auto zeros = [](std::uint64_t eight) { return (eight - kEach) & ~eight; };
  const std::uint64_t first = kEach * static_cast<unsigned char>(special[0]);
  const std::uint64_t second = kEach * static_cast<unsigned char>(special[1]);
  const std::uint64_t third = kEach * static_cast<unsigned char>(special[2]);
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::size_t done = 0;
  while (done < text.size() && text.size() >= kWord) {
    // The last eight overlap those before them.
    done = std::min(done, text.size() - kWord);
    std::uint64_t octets = 0;
    std::memcpy(&octets, text.data() + done, kWord);
    const std::uint64_t controls = (octets - 0x20 * kEach) & ~octets;
    const std::uint64_t found =
        octets | controls | zeros(octets ^ first) | zeros(octets ^ second) | zeros(octets ^ third);
    if ((found & kHigh) != 0) break;
    std::memcpy(at + done, &octets, kWord);
    done += kWord;
  }
  return done;
}

constexpr std::array<char, 3> kJsonSpecial{'"', '\\', '"'};
// DEL is a control too.
constexpr std::array<char, 3> kCefSpecial{'=', '\\', 0x7f};
constexpr std::array<char, 3> kHeaderSpecial{'|', '\\', 0x7f};
constexpr std::array<char, 3> kLeefSpecial{0x7f, 0x7f, 0x7f};

// Of what is not as it is in JSON: `text` at its front is not ASCII. Gives its octets.
std::size_t write_wide(std::string_view text, char*& at) {
  const std::size_t octets = schemas::utf8_character(text);
  const std::string_view character = octets == 0 ? kReplacement : text.substr(0, octets);
  at = std::copy(character.begin(), character.end(), at);
  return std::max<std::size_t>(octets, 1);
}

// At `at`, which has room for six octets of each. Gives the place behind it.
char* write_carefully(std::string_view text, char* at) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet >= 0x80) {
      i += write_wide(text.substr(i), at);
    } else if (octet >= 0x20 && octet != '"' && octet != '\\') {
      *at++ = text[i++];
    } else {
      // Its escape, without the quotes around it.
      std::array<char, 8> quoted{};
      const char* const end = schemas::write_json_string(text.substr(i, 1), quoted.data());
      at = std::copy(static_cast<const char*>(quoted.data()) + 1, end - 1, at);
      ++i;
    }
  }
  return at;
}

// What each ASCII octet becomes; '\0': itself; '\\': itself behind a backslash; 'n', 'r': that
// letter behind a backslash; others: this in its place.
using Replacements = std::array<char, 128>;

constexpr Replacements controls_as_spaces() {
  Replacements out{};
  for (std::size_t i = 0; i < 0x20; ++i) out[i] = ' ';
  out[0x7f] = ' ';
  return out;
}

constexpr Replacements cef_values() {
  Replacements out = controls_as_spaces();
  out['\n'] = 'n';
  out['\r'] = 'r';
  out['='] = out['\\'] = '\\';
  return out;
}

constexpr Replacements cef_headers() {
  Replacements out = controls_as_spaces();
  out['|'] = out['\\'] = '\\';
  return out;
}

constexpr Replacements leef_headers() {
  Replacements out = controls_as_spaces();
  out['|'] = '/';
  return out;
}

constexpr Replacements kCefValue = cef_values();
constexpr Replacements kCefHeader = cef_headers();
constexpr Replacements kLeefValue = controls_as_spaces();
constexpr Replacements kLeefHeader = leef_headers();

char* write_octet(char octet, char instead, char* at) {
  switch (instead) {
    case '\\':
      *at++ = '\\';
      *at++ = octet;
      return at;
    case 'n':
    case 'r':
      *at++ = '\\';
      *at++ = instead;
      return at;
    default: *at++ = instead; return at;
  }
}

// As write_wide(), but what controls a line or a terminal is a space.
std::size_t write_wide_tamely(std::string_view text, char*& at) {
  const std::size_t octets = schemas::utf8_character(text);
  if (octets == 0) return write_wide(text, at);
  const std::string_view character = text.substr(0, octets);
  const std::uint32_t point = schemas::code_point(character);
  const bool ends_line = point == kLineSeparator || point == kParagraphSeparator;
  if (!ends_line && !schemas::is_control(character)) return write_wide(text, at);
  *at++ = ' ';
  return octets;
}

void append_replaced(TextBuffer& out, std::string_view text, const std::array<char, 3>& special,
                     const Replacements& instead) {
  constexpr std::size_t kMostOfOne = 3;  // U+FFFD
  char* to = out.room(kMostOfOne * text.size());
  const std::size_t copied = copy_harmless(text, special, to);
  to += copied;
  for (std::size_t i = copied; i < text.size();) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet >= 0x80) {
      i += write_wide_tamely(text.substr(i), to);
      continue;
    }
    const char other = instead[octet];
    if (other == '\0') {
      *to++ = text[i];
    } else {
      to = write_octet(text[i], other, to);
    }
    ++i;
  }
  out.end_at(to);
}

}  // namespace

void append_json_text(TextBuffer& out, std::string_view text) {
  char* to = out.room(schemas::most_json_octets(text));
  *to++ = '"';
  const std::size_t at = copy_harmless(text, kJsonSpecial, to);
  to += at;
  to = write_carefully(text.substr(at), to);
  *to++ = '"';
  out.end_at(to);
}

void append_cef_value(TextBuffer& out, std::string_view text) {
  append_replaced(out, text, kCefSpecial, kCefValue);
}

void append_cef_header(TextBuffer& out, std::string_view text) {
  append_replaced(out, text, kHeaderSpecial, kCefHeader);
}

void append_leef_value(TextBuffer& out, std::string_view text) {
  append_replaced(out, text, kLeefSpecial, kLeefValue);
}

void append_leef_header(TextBuffer& out, std::string_view text) {
  append_replaced(out, text, kHeaderSpecial, kLeefHeader);
}

}  // namespace waybill::stream
