// What the metrics say of the events on record, beside what is on record.
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "ingest/journal_store.h"
#include "runtime/check.h"
#include "runtime/metrics.h"
#include "schemas/event.h"

namespace waybill::tests {

// By verdict, as /metrics shows them.
inline std::map<std::string, std::uint64_t> counted_events(const runtime::Metrics& metrics) {
  constexpr std::string_view kBefore = "waybill_events_total{verdict=\"";
  std::map<std::string, std::uint64_t> counts;
  std::istringstream text(metrics.render());
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with(kBefore)) continue;
    const std::size_t end = line.find('"', kBefore.size());
    counts[line.substr(kBefore.size(), end - kBefore.size())] =
        std::stoull(line.substr(line.rfind(' ') + 1));
  }
  return counts;
}

// By kind, from <= sequence number < to.
inline std::map<std::string, std::uint64_t> recorded_events(const ingest::JournalStore& store,
                                                            schemas::SequenceNumber from,
                                                            schemas::SequenceNumber to) {
  std::map<std::string, std::uint64_t> counts;
  const auto records = store.read(from, SIZE_MAX, SIZE_MAX);
  runtime::check(records.has_value(), "the journal can be read");
  for (std::size_t i = 0; i < records->size() && from + i < to; ++i) {
    schemas::Event event;
    runtime::check(event.ParseFromString((*records)[i].value), "a record is an event");
    ++counts[std::string(schemas::kind_of(event))];
  }
  return counts;
}

}  // namespace waybill::tests
