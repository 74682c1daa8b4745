// A report in HTML, with any octets in it: text for whoever looks for words, and not more of it
// than there was.

#include <cstdint>
#include <string>
#include <string_view>

#include "relay/returnpath/report/charset.h"
#include "relay/returnpath/report/html_text.h"
#include "runtime/check.h"

using namespace waybill;                             // NOLINT: a program of one function
using namespace waybill::relay::returnpath::report;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  // The first line is the charset's name, as a Content-Type would give it.
  const std::size_t line = raw.find('\n');
  const bool named = line != std::string_view::npos && line < 40;
  const std::string html =
      to_utf8(named ? raw.substr(line + 1) : raw, named ? raw.substr(0, line) : "");
  const std::string text = html_text(html);
  // An element of three octets is an empty line at most; an entity of four may be two characters.
  runtime::check(text.size() <= 4 * html.size() + 16, "a page has no more than was sent");
  runtime::check(text.find('\0') == std::string::npos, "no octet 0");
  return 0;
}
