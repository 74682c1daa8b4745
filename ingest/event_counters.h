// EventCounters: waybill_events_total, the events that became durable, one counter a kind.
//
// The journal counts, at the commit, so that every durable event is counted, from mail, reports and
// recovery alike. Every kind's counter is there from the start with 0: an alert on its
// rise then sees the first event too.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/metrics.h"
#include "schemas/kind.h"

namespace waybill::ingest {

// In the order of schemas::kKinds. An event of no kind that is known here is not counted.
class KindCounts {
 public:
  void add(const schemas::Event& event) {
    const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
    if (kind != nullptr) ++counts_[schemas::place_of(*kind)];
  }
  std::uint64_t of(const schemas::KindTraits& kind) const {
    return counts_[schemas::place_of(kind)];
  }

 private:
  std::array<std::uint32_t, schemas::kKinds.size()> counts_{};
};

class EventCounters {
 public:
  // `metrics` outlives it.
  explicit EventCounters(runtime::Metrics& metrics);

  // Any thread.
  void add(const KindCounts& counts);

 private:
  std::array<runtime::Counter*, schemas::kKinds.size()> counters_;
};

}  // namespace waybill::ingest
