#include "app/config/nearest_key.h"

#include <algorithm>
#include <array>

namespace waybill::app {
namespace {

// Octets; no key of ours is half as long, and the time taken grows with the product of lengths.
constexpr std::size_t kMaxKey = 64;

}  // namespace

std::size_t edits(std::string_view a, std::string_view b) {
  if (a.size() > kMaxKey || b.size() > kMaxKey) return kMaxKey;
  // Rows of the table of distances between prefixes: of a's prefix two shorter, one shorter, this.
  std::array<std::array<std::size_t, kMaxKey + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[1][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      std::size_t least = rows[1][j - 1] + (same ? 0 : 1);
      least = std::min({least, rows[1][j] + 1, rows[2][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        least = std::min(least, rows[0][j - 2] + 1);
      }
      rows[2][j] = least;
    }
    rows[0] = rows[1];
    rows[1] = rows[2];
  }
  return rows[1][b.size()];
}

}  // namespace waybill::app
