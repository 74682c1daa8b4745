// Text out of reports, made fit for a record, a header field or a comparison. Pure functions, any
// thread; each is linear in its input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/ascii.h"

namespace waybill::relay::returnpath::report {

enum class Charset { ascii, utf8 };

using runtime::ascii::is_digit;
using runtime::ascii::is_letter;
using runtime::ascii::lower;
using runtime::ascii::trim;

// `text` as one line: white space and control characters become single spaces, octets that are not
// UTF-8 (or, for ascii, characters outside it) become '?', the ends are trimmed; then at most
// `limit` octets. A line that is clean already stays as it is.
std::string clean_line(std::string_view text, std::size_t limit, Charset charset = Charset::utf8);

// The first line of `text`, without its LF; `text` is left with the rest.
std::string_view take_line(std::string_view& text);

// Without the signs at its front.
inline std::string_view strip_front(std::string_view text, std::string_view signs) {
  const std::size_t at = text.find_first_not_of(signs);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

}  // namespace waybill::relay::returnpath::report
