// A query written: as text that parses to it, as a sentence, as chips. Pure functions.
#pragma once

#include <string>

#include "query/search/parse.h"

namespace waybill::query::search {

enum class Times { as_said, pinned };

// The condition in its normal form, good beside others.
std::string written(const Condition& condition, Times times, const Context& context);

// Whether it is that of a bare `x@y`: an address in any role, or the same as a Message-ID.
bool is_address_or_id(const Condition& condition);

// Sets canonical, pinned, sentence and chips from what else the query holds.
void write(Query& query, const Context& context);

}  // namespace waybill::query::search
