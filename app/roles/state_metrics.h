// State metrics: what a process says of its journal and its partitions in /metrics, beside what it
// counts. update() is called now and then, by one thread; what is given to them outlives them.
#pragma once

#include <cstdint>
#include <vector>

#include "app/roles/partition_views.h"
#include "app/roles/projector_role.h"
#include "ingest/journal.h"
#include "runtime/metrics.h"

namespace waybill::app {

class JournalMetrics {
 public:
  // `limit`: octets above which nothing is accepted.
  JournalMetrics(const ingest::Journal& journal, std::uint64_t limit, runtime::Metrics& metrics);
  void update();

 private:
  const ingest::Journal& journal_;
  runtime::Gauge& octets_;
};

class PartitionMetrics {
 public:
  PartitionMetrics(const ManyViews& views, const ingest::LogEnds& ends, const ProjectorRole& role,
                   const runtime::Clock& clock, runtime::Metrics& metrics);
  void update();

 private:
  struct Gauges {
    const PartitionViews* views;
    runtime::Gauge* lag;
    runtime::Gauge* failed;
  };

  const ingest::LogEnds& ends_;
  const ProjectorRole& role_;
  const runtime::Clock& clock_;
  std::vector<Gauges> gauges_;
};

}  // namespace waybill::app
