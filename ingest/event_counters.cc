#include "ingest/event_counters.h"

namespace waybill::ingest {

EventCounters::EventCounters(runtime::Metrics& metrics) {
  for (const schemas::KindTraits& kind : schemas::kKinds) {
    counters_[schemas::place_of(kind)] =
        &metrics.counter("waybill_events_total", "Events recorded, by verdict",
                         {{"verdict", std::string(kind.word)}});
  }
}

void EventCounters::add(const KindCounts& counts) {
  for (const schemas::KindTraits& kind : schemas::kKinds) {
    const std::uint64_t count = counts.of(kind);
    if (count > 0) counters_[schemas::place_of(kind)]->add(static_cast<double>(count));
  }
}

}  // namespace waybill::ingest
