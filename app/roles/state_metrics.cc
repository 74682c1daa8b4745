#include "app/roles/state_metrics.h"

#include <limits>
#include <string>

namespace waybill::app {

JournalMetrics::JournalMetrics(const ingest::Journal& journal, std::uint64_t limit,
                               runtime::Metrics& metrics)
    : journal_(journal), octets_(metrics.gauge("waybill_journal_bytes", "Size of the journal")) {
  metrics.gauge("waybill_journal_limit_bytes", "Size above which mail is answered 451")
      .set(static_cast<double>(limit));
  update();
}

void JournalMetrics::update() { octets_.set(static_cast<double>(journal_.octets())); }

PartitionMetrics::PartitionMetrics(const ManyViews& views, const ingest::LogEnds& ends,
                                   const ProjectorRole& role, const runtime::Clock& clock,
                                   runtime::Metrics& metrics)
    : ends_(ends), role_(role), clock_(clock) {
  for (const auto& one : views) {
    const std::string partition = std::to_string(one->partition());
    gauges_.push_back(
        {one.get(),
         &metrics.gauge("waybill_projector_lag_events",
                        "Events in the log and not yet in the views, by partition; NaN while "
                        "no broker says how far the log goes",
                        {{"partition", partition}}),
         &metrics.gauge("waybill_projector_partition_failed",
                        "1: this partition is not folded, and is tried again; a log line says why",
                        {{"partition", partition}})});
  }
  update();
}

void PartitionMetrics::update() {
  for (const Gauges& one : gauges_) {
    // Asking keeps the watermark going (partition_views.h).
    const auto lag = one.views->freshness(ends_, clock_).lag;
    one.lag->set(lag ? static_cast<double>(*lag) : std::numeric_limits<double>::quiet_NaN());
    one.failed->set(role_.failed(one.views->partition()) ? 1 : 0);
  }
}

}  // namespace waybill::app
