// AsOf: how fresh an answer is, and of which partitions of the log it speaks. Everything up to it
// is in the answer; what is later, or in a partition that is missing, is not known here and now.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "projector/history.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::query {

struct PartitionAsOf {
  std::uint32_t partition = 0;
  std::optional<runtime::WallTime> time;  // of the newest event in the views; nullopt: none yet
  schemas::EventIndex index;              // of the next event
  std::optional<std::uint64_t> lag;       // events in the log and not yet in the views
  // All that was in the log then is in the answer; nullopt: that cannot be said.
  std::optional<runtime::WallTime> complete_at;
  // Times between which events are lost that the views were to have; nullopt: from the beginning,
  // or to now.
  struct Hole {
    std::optional<runtime::WallTime> after;
    std::optional<runtime::WallTime> before;
  };
  std::vector<Hole> holes;
};

struct AsOf {
  std::vector<PartitionAsOf> partitions;  // ascending
  std::vector<std::uint32_t> missing;     // whose owner is not known or did not answer; ascending

  std::optional<runtime::WallTime> time() const {
    std::optional<runtime::WallTime> newest;
    for (const PartitionAsOf& one : partitions) {
      if (one.time && (!newest || *one.time > *newest)) newest = one.time;
    }
    return newest;
  }
  // Of all partitions that were asked; nullopt: of one it cannot be said.
  std::optional<runtime::WallTime> complete_at() const {
    std::optional<runtime::WallTime> oldest;
    for (const PartitionAsOf& one : partitions) {
      if (!one.complete_at || !missing.empty()) return std::nullopt;
      if (!oldest || *one.complete_at < *oldest) oldest = one.complete_at;
    }
    return oldest;
  }
  // nullopt: of one of them nobody knows it.
  std::optional<std::uint64_t> lag() const {
    std::uint64_t sum = 0;
    for (const PartitionAsOf& one : partitions) {
      if (!one.lag) return std::nullopt;
      sum += *one.lag;
    }
    return sum;
  }
};

}  // namespace waybill::query
