#include "tools/trace/words.h"

#include <algorithm>

#include "query/search/lexer.h"

namespace waybill::tools {
namespace {

using query::search::FieldTraits;

std::string joined(const std::string& front, std::string_view more) {
  return front.empty() ? std::string(more) : front + ' ' + std::string(more);
}

bool wants_quotes(std::string_view value) {
  if (query::search::unquoted(value)) return false;
  return value.find_first_of(" \t\r\n\v\f\";") != std::string_view::npos;
}

}  // namespace

std::string flag_names(const FieldTraits& field, Sense sense) {
  const std::string front = sense == Sense::is ? "--" : "--not-";
  std::string out = front + std::string(field.key);
  for (const std::string_view name : field.other_names) {
    if (!name.empty()) out += "," + front + std::string(name);
  }
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string word_text(const FieldTraits& field, Sense sense, std::string_view value) {
  std::string out = sense == Sense::is ? "" : "-";
  out.append(field.key).append(":");
  return out + (wants_quotes(value) ? query::search::quote(value) : std::string(value));
}

std::string search_text(const std::vector<std::string>& words,
                        const std::vector<FlagWords>& flags) {
  std::string out;
  for (const std::string& word : words) out = joined(out, word);
  for (const FlagWords& flag : flags) {
    for (const std::string& value : flag.values) {
      out = joined(out, word_text(*flag.field, flag.sense, value));
    }
  }
  return out;
}

}  // namespace waybill::tools
