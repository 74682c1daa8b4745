// Terms from pieces of text: of a piece that stands alone, and of a field's value. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "query/search/fault.h"
#include "query/search/fields.h"
#include "query/search/parse.h"
#include "query/search/shapes.h"

namespace waybill::query::search {

// What a piece without a key means, by its shape: an id, a network, a status, an address, a domain,
// or words. Two terms where the shape is that of two things (Condition::any_of). Refused: what
// other search boxes have and this one has not, and what is broken.
Read<std::vector<Term>> read_bare(const Piece& piece, const Context& context);

// The value of a field that is not a time. Refused: a value that the field does not take.
Read<Term> read_value(const FieldTraits& field, const Piece& value, const Context& context);

// The kind or the state of that word, in any case, with "-" or "_".
std::optional<StateTerm> state_of(std::string_view word, const Context& context);
// The rule of that word, likewise.
std::optional<RuleTerm> rule_of(std::string_view word, const Context& context);

// "hard", "auto_reply": the word of a report's class in events.
std::string class_word(schemas::pb::BounceClass report);

}  // namespace waybill::query::search
