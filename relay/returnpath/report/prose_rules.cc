#include "relay/returnpath/report/prose_rules.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <unordered_map>
#include <vector>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/folded_text.h"
#include "runtime/check.h"

namespace waybill::relay::returnpath::report {
namespace {

struct Phrase {
  std::string_view text;
  const ProseRule* rule;
};

// Phrases by their first octets, so that a text is walked once.
class Phrases {
 public:
  Phrases() {
    for (const auto& table :
         {words_of_topics(), words_of_failure(), words_of_delay(), words_of_expiry(),
          words_of_reason(), words_of_answers(), words_of_places()}) {
      for (const ProseRule& rule : table) add(rule);
    }
  }

  Heard hear(std::string_view flat, Passage passage) const {
    const std::string text = with_numbers(flat);
    Heard heard;
    std::size_t surest = phrases_.size();
    for (std::size_t at = 0; at + kKey <= text.size(); ++at) {
      const std::uint32_t key = key_of(std::string_view(text).substr(at));
      if (!known_[key % kFilter]) continue;
      const auto found = by_key_.find(key);
      if (found == by_key_.end()) continue;
      for (const std::size_t i : found->second) {
        const Phrase& phrase = phrases_[i];
        if (phrase.rule->passage != passage || !stands(text, at, phrase.text)) continue;
        heard.meanings |= 1u << static_cast<unsigned>(phrase.rule->meaning);
        if (!phrase.rule->status.empty()) surest = std::min(surest, i);
      }
    }
    if (surest < phrases_.size()) heard.status = phrases_[surest].rule->status;
    return heard;
  }

  bool ends(std::string_view flat, Passage passage, Meaning meaning) const {
    return std::any_of(phrases_.begin(), phrases_.end(), [&](const Phrase& phrase) {
      return phrase.rule->passage == passage && phrase.rule->meaning == meaning &&
             flat.ends_with(phrase.text) &&
             stands(flat, flat.size() - phrase.text.size(), phrase.text);
    });
  }

 private:
  static constexpr std::size_t kKey = 3;
  static constexpr std::size_t kFilter = 65521;

  static std::uint32_t key_of(std::string_view text) {
    std::uint32_t key = 0;
    for (std::size_t i = 0; i < kKey; ++i) key = key << 8 | static_cast<unsigned char>(text[i]);
    return key;
  }

  // Each run of digits as one "#".
  static std::string with_numbers(std::string_view flat) {
    std::string out;
    out.reserve(flat.size());
    for (const char c : flat) {
      if (!is_digit(c)) {
        out += c;
      } else if (out.empty() || out.back() != '#') {
        out += '#';
      }
    }
    return out;
  }

  // A phrase begins where a word does: "rbl" is not in "marble".
  static bool stands(std::string_view text, std::size_t at, std::string_view phrase) {
    if (text.substr(at, phrase.size()) != phrase) return false;
    return at == 0 || !is_letter(phrase.front()) || !is_letter(text[at - 1]);
  }

  void add(const ProseRule& rule) {
    std::string_view rest = rule.phrases;
    while (!rest.empty()) {
      const std::string_view text = rest.substr(0, rest.find('|'));
      rest.remove_prefix(std::min(text.size() + 1, rest.size()));
      runtime::check(text.size() >= kKey, "a phrase has three octets");
      by_key_[key_of(text)].push_back(phrases_.size());
      known_[key_of(text) % kFilter] = true;
      phrases_.push_back({text, &rule});
    }
  }

  std::vector<Phrase> phrases_;
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> by_key_;
  std::bitset<kFilter> known_;
};

const Phrases& phrases() {
  static const Phrases all;
  return all;
}

}  // namespace

Heard hear(std::string_view flat, Passage passage) { return phrases().hear(flat, passage); }

Heard hear_text(std::string_view text, Passage passage) { return hear(folded(text), passage); }

bool ends_with_rule(std::string_view flat, Passage passage, Meaning meaning) {
  return phrases().ends(flat, passage, meaning);
}

}  // namespace waybill::relay::returnpath::report
