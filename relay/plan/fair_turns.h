// Fair turns: in which order the targets of one message are asked, and how long one of them may
// take, where not all can be asked at once. A sender comes again with the same list, so an order
// that never changes would let the same few targets be in the way of all others at every try.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "runtime/chance.h"
#include "runtime/time.h"

namespace waybill::relay::plan {

// What a target has at least, however many wait behind it: a server that makes strangers wait for
// its greeting has answered by then.
inline constexpr std::chrono::seconds kLeastShare{10};

// Those that `has_it` is true of, as far as one can know, come last: what is scarce is for the
// others. More than are asked at once are in another order at every try.
template <class Turn, class HasIt>
void arrange(std::vector<Turn>& turns, std::size_t at_once, runtime::Chance& chance, HasIt has_it) {
  if (turns.size() > at_once) {
    for (std::size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[chance.below(i)]);
  }
  std::stable_partition(turns.begin(), turns.end(), [&](Turn& turn) { return !has_it(turn); });
}

// Until when the next one of `left` targets may take, so that the last of them has time as well.
inline runtime::Instant share_of(runtime::Instant now, runtime::Instant deadline, std::size_t left,
                                 std::size_t at_once) {
  const auto rounds = static_cast<runtime::Duration::rep>((left + at_once - 1) / at_once);
  if (rounds <= 1) return deadline;
  const runtime::Duration even = (deadline - now) / rounds;
  return runtime::sooner(deadline, now + std::max<runtime::Duration>(even, kLeastShare));
}

}  // namespace waybill::relay::plan
