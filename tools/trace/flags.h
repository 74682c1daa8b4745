// The flags of commands that read what the search box reads: one for each field of its language.
#pragma once

#include <vector>

#include "app/command/command_line.h"
#include "query/search/fields.h"
#include "tools/trace/words.h"

namespace waybill::tools {

// `flags` lives as long as the process, and its list grows no more. `without`: fields that the
// command cannot ask for.
void add_search_flags(app::Command command, std::vector<FlagWords>& flags,
                      const std::vector<query::search::Field>& without);

// --from and --to were times in releases up to 0.1: says so of a time that is given to one.
bool has_time_as_party(const std::vector<FlagWords>& flags);

}  // namespace waybill::tools
