// AsOf: how fresh an answer is. Everything up to it is in the answer; what is later is not known
// yet.
#pragma once

#include <cstdint>
#include <optional>

#include "projector/history.h"
#include "runtime/clock.h"

namespace waybill::query {

struct AsOf {
  std::optional<runtime::WallTime> time;  // of the newest event in the views; nullopt: none yet
  std::uint64_t index = 0;                // of the next event
  std::uint64_t lag = 0;                  // events durable and not in the views yet
};

inline AsOf as_of(const projector::Progress& progress, std::uint64_t lag) {
  AsOf out;
  if (progress.next_index > 0) out.time = progress.as_of;
  out.index = progress.next_index;
  out.lag = lag;
  return out;
}

}  // namespace waybill::query
