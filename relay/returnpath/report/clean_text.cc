#include "relay/returnpath/report/clean_text.h"

#include <algorithm>

#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

// How many octets from here on are graphic ASCII, as nearly all are.
std::size_t graphic_octets(std::string_view text) {
  const auto end =
      std::find_if(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f; });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::string clean_line(std::string_view text, std::size_t limit, Charset charset) {
  std::string out;
  // Past the limit by one character: enough to know where the cut falls.
  while (!text.empty() && out.size() <= limit) {
    const std::size_t plain = std::min(graphic_octets(text), limit + 1 - out.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (plain > 0) continue;
    const std::size_t length = schemas::utf8_character(text);
    const bool shown = length == 1 || (length > 1 && charset == Charset::utf8);
    if (length > 0 && (text[0] == ' ' || schemas::is_control(text))) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (shown) {
      out += text.substr(0, length);
    } else {
      out += '?';
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.resize(schemas::cut_utf8(out, limit).size());
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace waybill::relay::returnpath::report
