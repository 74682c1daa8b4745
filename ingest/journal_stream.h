// JournalStream: the EventStream of the embedded log. JournalEnds: how far that log goes.
#pragma once

#include <atomic>

#include "ingest/event_stream.h"
#include "ingest/journal.h"
#include "ingest/journal_offsets.h"
#include "runtime/clock.h"

namespace waybill::ingest {

class JournalStream final : public EventStream {
 public:
  JournalStream(Journal& journal, schemas::LogOffset from)
      : journal_(journal), next_(seq_at(from)) {}

  runtime::Task<Streamed<std::vector<LogRecord>>> next(std::size_t most) override;
  void close() override;

 private:
  Journal& journal_;
  std::atomic<schemas::SequenceNumber> next_;
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
    return LogEnd{offset_of(journal_.end_seq()), asked};
  }

 private:
  const Journal& journal_;
  const runtime::Clock& clock_;
};

}  // namespace waybill::ingest
