// JournalStream: the EventStream of the embedded log: partition 0, where the record with sequence
// number n has offset n - 1, so that offsets begin at 0 as Kafka's do.
#pragma once

#include <atomic>

#include "ingest/event_stream.h"
#include "ingest/journal.h"
#include "runtime/clock.h"

namespace waybill::ingest {

class JournalStream final : public EventStream {
 public:
  JournalStream(Journal& journal, std::uint64_t from_offset)
      : journal_(journal), next_(from_offset + 1) {}

  runtime::Task<Streamed<std::vector<LogRecord>>> next(std::size_t most) override;
  void close() override;

 private:
  Journal& journal_;
  std::atomic<std::uint64_t> next_;  // sequence number
  std::atomic<bool> closed_{false};
};

class JournalEnds final : public LogEnds {
 public:
  // Both outlive it.
  JournalEnds(const Journal& journal, const runtime::Clock& clock)
      : journal_(journal), clock_(clock) {}

  std::optional<LogEnd> of(std::uint32_t partition) const override {
    if (partition != 0) return std::nullopt;
    const runtime::Instant asked = clock_.now();
    return LogEnd{journal_.end_seq() - 1, asked};
  }

 private:
  const Journal& journal_;
  const runtime::Clock& clock_;
};

}  // namespace waybill::ingest
