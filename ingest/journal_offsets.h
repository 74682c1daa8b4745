// Offsets of the embedded log: it is one node's journal, partition 0, and the record with sequence
// number n has offset n - 1, so that offsets begin at 0 as Kafka's do.
#pragma once

#include "schemas/ordinal.h"

namespace waybill::ingest {

// The journal's end, one past its last record, gives the end of the log.
constexpr schemas::LogOffset offset_of(schemas::SequenceNumber seq) {
  return schemas::LogOffset((seq - 1).value());
}

constexpr schemas::SequenceNumber seq_at(schemas::LogOffset offset) {
  return schemas::SequenceNumber(offset.value()) + 1;
}

}  // namespace waybill::ingest
