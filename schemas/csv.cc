#include "schemas/csv.h"

#include <algorithm>
#include <array>

namespace waybill::schemas {
namespace {

// What spreadsheets take for the beginning of a formula, or skip on the way to one. The last four
// are U+FF1D, U+FF0B, U+FF0D and U+FF20, which East Asian editions read as their ASCII twins.
constexpr auto kRun =
    std::to_array<std::string_view>({"=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D",
                                     "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"});
constexpr char kApostrophe = '\'';

bool needs_apostrophe(std::string_view octets) {
  if (octets.starts_with(kApostrophe)) return true;
  return std::any_of(kRun.begin(), kRun.end(),
                     [&](std::string_view begin) { return octets.starts_with(begin); });
}

// RFC 4180 2 asks for it with commas, quotes and line ends; blanks at the ends are trimmed by some
// readers where no quotes hold them, and semicolons and tabs are separators to others.
bool needs_quotes(std::string_view octets) {
  return octets.find_first_of("\",\r\n;\t") != std::string_view::npos || octets.starts_with(' ') ||
         octets.ends_with(' ');
}

}  // namespace

std::string csv_field(std::string_view octets) {
  std::string out;
  if (needs_apostrophe(octets)) out += kApostrophe;
  out += octets;
  if (!needs_quotes(octets)) return out;
  std::string quoted = "\"";
  for (const char octet : out) {
    if (octet == '"') quoted += '"';
    quoted += octet;
  }
  return quoted + '"';
}

std::string csv_row(std::span<const std::string> fields) {
  if (fields.size() == 1 && fields.front().empty()) return "\"\"\r\n";
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_field(fields[i]);
  }
  return out + "\r\n";
}

}  // namespace waybill::schemas
