// Which key was meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace waybill::app {

// Edits between two keys: an octet added, dropped, changed, or swapped with its neighbour. Keys
// longer than 64 octets count as that far from everything.
std::size_t edits(std::string_view a, std::string_view b);

// The nearest of `keys`, the first of equals; empty if there is none.
template <class Keys>
std::string_view nearest_key(std::string_view key, const Keys& keys) {
  std::string_view best;
  std::size_t least = static_cast<std::size_t>(-1);
  for (const std::string_view known : keys) {
    const std::size_t away = edits(key, known);
    if (away >= least) continue;
    least = away;
    best = known;
  }
  return best;
}

}  // namespace waybill::app
