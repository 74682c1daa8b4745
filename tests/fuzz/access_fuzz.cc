// What somebody shows, and what is on record of it: a token's text and state, and what was asked
// about, in one spelling.

#include <cstdint>
#include <string_view>

#include "control/token.h"
#include "query/access_subject.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto id = control::token_id_of(text)) {
    runtime::check(id->size() == 12, "an id has 12 digits");
  }
  const auto token = control::token_from_json(text);
  if (token) {
    const auto again = control::token_from_json(control::to_json(*token));
    runtime::check(again.has_value(), "what is written is read");
    runtime::check(again->scopes == token->scopes && again->sight == token->sight &&
                       again->digest == token->digest && again->version == token->version,
                   "and says the same");
  }
  const std::string subject = query::access_subject(text);
  runtime::check(subject.size() <= query::kMostSubject, "a subject is short");
  return 0;
}
