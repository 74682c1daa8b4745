// The text of a search from a command line: words as they are, and flags as `key:value`. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/search/fields.h"

namespace waybill::tools {

enum class Sense { is, is_not };

// What was given to the flag of a field of the search language.
struct FlagWords {
  const query::search::FieldTraits* field = nullptr;
  Sense sense = Sense::is;
  std::vector<std::string> values;
};

// "--newer-than,--newer"; of the other sense "--not-is,--not-kind,--not-state".
std::string flag_names(const query::search::FieldTraits& field, Sense sense);

// "from:ann@example.org", "subject:\"two words\"". The value stands in quotes where it would end at
// a blank, and stays as it is where it has quotes around it or none are needed: a `*` and commas
// mean what they mean in the box.
std::string word_text(const query::search::FieldTraits& field, Sense sense, std::string_view value);

// All of it, by blanks: what stands alone first, flags in the order of the fields.
std::string search_text(const std::vector<std::string>& words, const std::vector<FlagWords>& flags);

}  // namespace waybill::tools
