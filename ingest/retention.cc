#include "ingest/retention.h"

#include <algorithm>

#include "schemas/event.h"

namespace waybill::ingest {

using runtime::Result;
using schemas::SequenceNumber;

namespace {

// Trimmed at once: a range deletion costs the same for one record and for many.
constexpr std::uint64_t kStepRecords = 10'000;
// Steps in one call: bounds its time.
constexpr int kMaxSteps = 100;

// Above half of the limit age no longer matters: mail must not stop for history that is kept
// elsewhere.
bool crowded(const Journal& journal, const Retention& retention) {
  return journal.octets() > retention.max_octets / 2;
}

bool older_than(const JournalStore& store, SequenceNumber seq, runtime::WallTime limit) {
  const auto records = store.read(seq, 1, 1);
  if (!records || records->empty()) return false;
  schemas::Event event;
  if (!event.ParseFromString(records->front().value)) return false;
  return schemas::wall_time(event.occurred_at()) < limit;
}

}  // namespace

Result<void> trim_journal(Journal& journal, const JournalStore& store, Retention retention,
                          SequenceNumber durable_end, runtime::WallTime now) {
  // Recovery makes its InDoubt out of the acceptance.
  const auto open = store.open_deliveries();
  if (!open) return open.error();
  for (const OpenDelivery& one : *open) durable_end = std::min(durable_end, one.accepted_seq);
  for (int step = 0; step < kMaxSteps; ++step) {
    const SequenceNumber first = store.first_seq();
    const bool full = crowded(journal, retention);
    const SequenceNumber next =
        full ? std::min(first + kStepRecords, durable_end) : first + kStepRecords;
    if (next > durable_end || next <= first) return {};
    if (!full && !older_than(store, next, now - retention.keep)) return {};
    auto trimmed = journal.trim(next);
    if (!trimmed || store.first_seq() == first) return trimmed;
  }
  return {};
}

}  // namespace waybill::ingest
