// What other search boxes have and this one has not, found by its shape and refused in words.
#pragma once

#include <optional>

#include "query/search/fault.h"
#include "query/search/shapes.h"

namespace waybill::query::search {

// AND, OR, NOT, parentheses, regular expressions, fuzzy words, ranges, wildcards other than a
// trailing *, of a piece without a key and without quotes around it. nullopt: nothing of these.
std::optional<Fault> not_offered(const Piece& piece);

// The wildcards alone, as a value may not have them either: ?, and a * that is not behind the
// beginning of a local part.
std::optional<Fault> bad_wildcard(const Piece& piece);

}  // namespace waybill::query::search
