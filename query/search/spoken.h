// A query in words, for people. Pure functions.
#pragma once

#include <string>

#include "query/search/parse.h"

namespace waybill::query::search {

// "Mail from ann@example.org, to sales@example.org, that is bounced or rejected."
std::string spoken(const Query& query, const Context& context);

// `written`: the condition as text.
Chip chip_of(const Condition& condition, const std::string& written, const Context& context);

}  // namespace waybill::query::search
