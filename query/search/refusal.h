// Refusal: why a search text is no query, where, and what would be one.
#pragma once

#include <string>
#include <string_view>

#include "query/search/query.h"

namespace waybill::query::search {

// docs/search.md says each in a row.
enum class Wrong {
  empty,
  too_long,
  too_many,
  not_utf8,
  control,
  open_quote,
  open_bracket,
  elsewhere,
  nothing_found,
  unknown_field,
  empty_value,
  bad_value,
  unknown_word,
  bad_address,
  bad_network,
  bad_time,
  no_span,
  twice,
  boolean,
  parenthesis,
  regex,
  fuzzy,
  range,
  exists,
  wildcard,
  negation,
  alone,
};

// "unknown_field": a stable word for programs.
std::string_view word_of(Wrong wrong);

struct Refusal {
  Wrong wrong = Wrong::empty;
  std::string words;  // a sentence, with its full stop
  Span at;            // octets of the text that it is about
  // A text that is a query and is likely to be meant; empty: none is known.
  std::string try_instead;
};

}  // namespace waybill::query::search
