// Retention of the embedded log: records that the views have durably folded are trimmed once they
// are old, or sooner where the journal nears its limit. The views' archive keeps every event; the
// journal is the way there.
#pragma once

#include <chrono>

#include "ingest/journal.h"
#include "ingest/journal_store.h"
#include "runtime/time.h"

namespace waybill::ingest {

struct Retention {
  std::chrono::hours keep{24 * 7};
  std::uint64_t max_octets = 8ULL << 30;  // the journal's limit
};

// Trims records below `durable_end`: those are in the views and synced. The acceptance of an open
// delivery stays, and what follows it. To be called now and then; a call does a bounded amount
// of work.
runtime::Result<void> trim_journal(Journal& journal, const JournalStore& store, Retention retention,
                                   schemas::SequenceNumber durable_end, runtime::WallTime now);

}  // namespace waybill::ingest
