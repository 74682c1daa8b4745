#include "query/search/fields.h"

#include <algorithm>

#include "runtime/ascii.h"
#include "runtime/check.h"

namespace waybill::query::search {
namespace {

// Octets of the longest word that is compared with others: those known here are shorter by half.
constexpr std::size_t kMaxCompared = 64;

// Of optimal string alignment: letters added, left out, changed, or two of them turned round.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      steps[i][j] =
          std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + change});
      const bool turned = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (turned) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

// Changes after which a word is another one: a third of its letters, and at least one.
std::size_t near_enough(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

}  // namespace

const FieldTraits* find_field(std::string_view key) {
  const auto called_so = [&](const FieldTraits& row) {
    return row.key == key ||
           (!key.empty() && std::find(row.other_names.begin(), row.other_names.end(), key) !=
                                row.other_names.end());
  };
  const auto found = std::find_if(kFields.begin(), kFields.end(), called_so);
  return found == kFields.end() ? nullptr : &*found;
}

const FieldTraits& traits_of(Field field) {
  const auto found = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const FieldTraits& row) { return row.field == field; });
  runtime::check(found != kFields.end(), "each field has a row");
  return *found;
}

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  if (word.size() > kMaxCompared) return {};
  const std::string folded = runtime::ascii::lower(word);
  std::string best;
  std::size_t least = near_enough(folded) + 1;
  for (const std::string& other : words) {
    if (other.size() > kMaxCompared) continue;
    const std::size_t changes = distance(folded, other);
    if (changes < least) {
      least = changes;
      best = other;
    }
  }
  return best;
}

std::string nearest_key(std::string_view key) {
  std::vector<std::string> keys;
  for (const FieldTraits& row : kFields) {
    keys.emplace_back(row.key);
    for (const std::string_view name : row.other_names) {
      if (!name.empty()) keys.emplace_back(name);
    }
  }
  return nearest(key, keys);
}

}  // namespace waybill::query::search
