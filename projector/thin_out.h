// Places of a log that are remembered: all the way back, and the denser the closer to its end.
#pragma once

#include <cstdint>
#include <vector>

#include "schemas/ordinal.h"

namespace waybill::projector {

// Drops some of `places` (ascending by their member `offset`, not empty), and gives them back. The
// first and the last stay, and one stays if without it the next one would be farther from the end
// by more than a half: whoever goes back to a place goes back by half too much at most. So 64
// places reach over any number of records.
template <class Place>
std::vector<Place> thin_out(std::vector<Place>& places) {
  const schemas::LogOffset end = places.back().offset + 1;
  std::vector<Place> kept;  // from the last one on
  std::vector<Place> dropped;
  std::uint64_t reached = 0;
  for (std::size_t i = places.size(); i-- > 0;) {
    const bool needed = i == 0 || 2 * (end - places[i - 1].offset) > 3 * reached;
    if (needed) reached = end - places[i].offset;
    (needed ? kept : dropped).push_back(places[i]);
  }
  places.assign(kept.rbegin(), kept.rend());
  return dropped;
}

}  // namespace waybill::projector
