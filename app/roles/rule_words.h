// The words of the rules (docs/rules.md), each once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "relay/policy/rules.h"

namespace waybill::app {

inline std::vector<std::string> rule_words() {
  std::set<std::string> words;
  for (const auto& row : relay::policy::kRules) words.emplace(row.word);
  return {words.begin(), words.end()};
}

}  // namespace waybill::app
