#include "app/config/same_keys.h"

#include <algorithm>

#include "app/config/toml_reader.h"

namespace waybill::app {

bool SameKeys::add(const std::string& meant, const toml::key& key, std::string name) {
  std::vector<Spelling>& spellings = spellings_[meant];
  spellings.push_back({key.source().begin, std::string(key.str()), std::move(name)});
  return spellings.size() == 1;
}

void SameKeys::complain(std::string_view what, std::string_view reason) {
  for (auto& [meant, spellings] : spellings_) {
    if (spellings.size() < 2) continue;
    std::sort(spellings.begin(), spellings.end(),
              [](const Spelling& a, const Spelling& b) { return a.at < b.at; });
    for (const Spelling& spelling : spellings) {
      const Spelling& other = &spelling == &spellings.front() ? spellings[1] : spellings.front();
      std::string text = spelling.name;
      text.append(": the same ").append(what).append(" as ").append(in_quotes(other.key));
      text.append(" in line ").append(std::to_string(other.at.line)).append(reason);
      complaints_.push_back({spelling.at.line, spelling.at.column, std::move(text)});
    }
  }
}

}  // namespace waybill::app
