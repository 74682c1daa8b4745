// CleanText: a search text without what nobody sees: zero-width characters, controls of writing
// direction, byte order marks, soft hyphens. Blanks of all alphabets are spaces in it, ends of
// lines are "\n", typographic quotes are plain ones. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/search/fault.h"

namespace waybill::query::search {

struct CleanText {
  std::string text;
  // Of each octet of `text`, and of its end: where it stood in what was given.
  std::vector<std::size_t> origin;
  std::vector<Note> notes;  // their spans are of what was given

  // A span of `text` as one of what was given.
  Span given(const Span& clean) const;
};

// Refused: octets that are no UTF-8, and controls that act on a terminal.
Read<CleanText> clean_text(std::string_view given);

// Without the blanks at both ends of the span.
Span trimmed(std::string_view text, Span span);

}  // namespace waybill::query::search
