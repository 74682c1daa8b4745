#include "query/search/refusal.h"

#include "runtime/check.h"

namespace waybill::query::search {

std::string_view word_of(Wrong wrong) {
  switch (wrong) {
    case Wrong::empty: return "empty";
    case Wrong::too_long: return "too_long";
    case Wrong::too_many: return "too_many";
    case Wrong::not_utf8: return "not_utf8";
    case Wrong::control: return "control";
    case Wrong::open_quote: return "open_quote";
    case Wrong::open_bracket: return "open_bracket";
    case Wrong::elsewhere: return "elsewhere";
    case Wrong::nothing_found: return "nothing_found";
    case Wrong::unknown_field: return "unknown_field";
    case Wrong::empty_value: return "empty_value";
    case Wrong::bad_value: return "bad_value";
    case Wrong::unknown_word: return "unknown_word";
    case Wrong::bad_address: return "bad_address";
    case Wrong::bad_network: return "bad_network";
    case Wrong::bad_time: return "bad_time";
    case Wrong::no_span: return "no_span";
    case Wrong::twice: return "twice";
    case Wrong::boolean: return "boolean";
    case Wrong::parenthesis: return "parenthesis";
    case Wrong::regex: return "regex";
    case Wrong::fuzzy: return "fuzzy";
    case Wrong::range: return "range";
    case Wrong::exists: return "exists";
    case Wrong::wildcard: return "wildcard";
    case Wrong::negation: return "negation";
    case Wrong::alone: return "alone";
  }
  runtime::broken_promise("every refusal has a word", __FILE__, __LINE__);
}

}  // namespace waybill::query::search
