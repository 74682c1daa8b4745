#include "app/roles/journal_fit.h"

#include <algorithm>

#include "ingest/journal_offsets.h"
#include "ingest/open_set.h"
#include "projector/archive/archive.h"
#include "runtime/crypto.h"
#include "schemas/event.h"

namespace waybill::app {

using ingest::OpenDelivery;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;
using schemas::Event;
using schemas::EventIndex;
using schemas::SequenceNumber;

namespace {

// The embedded log has no record twice, so that its records stand in the archive in its order.
EventIndex index_of(SequenceNumber seq) { return EventIndex((seq - 1).value()); }
SequenceNumber seq_of(EventIndex index) { return SequenceNumber(index.value()) + 1; }

// What `before` is once the archive's events from `from` on have come.
Result<std::vector<OpenDelivery>> open_after(const projector::Archive& archive, EventIndex from,
                                             EventIndex end,
                                             const std::vector<OpenDelivery>& before) {
  ingest::OpenSet open(before);
  Event event;
  for (EventIndex index = from; index < end;) {
    auto records = archive.read(index, end);
    if (!records && records.error() == Errc::corrupt) {
      // One by one past what is lost: an outcome that is not there leaves its delivery in doubt.
      const auto one = archive.at(index);
      records = std::vector{one ? *one : projector::ArchivedRecord({})};
    }
    if (!records) return records.error();
    for (const projector::ArchivedRecord& record : *records) {
      if (record.read(event)) open.add(event, seq_of(index));
      ++index;
    }
  }
  return open.all();
}

Failure two_histories(SequenceNumber journal_end, SequenceNumber views_next) {
  return {Errc::corrupt,
          "the journal (to record " + std::to_string((journal_end - 1).value()) +
              ") and the views (to record " + std::to_string((views_next - 1).value()) +
              ") are of two histories: what the journal has is not in the views. Neither was "
              "touched. To go on with the views, move the journal to another data directory, where "
              "`waybill serve` makes views of it; to go on with the journal, move the views there: "
              "`waybill serve --history-only` answers from them"};
}

// The views have folded what the journal ends with.
Explained<bool> is_a_beginning(const ingest::JournalStore& store,
                               const projector::Archive& archive) {
  const SequenceNumber last = store.end_seq() - 1;
  const auto record = store.read(last, 1, 1);
  if (!record) return store.unreadable(record.error());
  const auto archived = archive.at(index_of(last));
  // What is lost there is no reason to lose the journal too.
  if (!archived && archived.error() == Errc::corrupt) return true;
  if (!archived) return explain(archived.error(), "cannot read the views' archive");
  const auto octets = archived->octets();
  if (!octets) return explain(octets.error(), "cannot read the views' archive");
  return !record->empty() && record->front().value == *octets;
}

// The record before `next` is the one that the views have folded last, as far as both still know.
Explained<bool> is_the_one_folded(const ingest::JournalStore& store, SequenceNumber next,
                                  const std::string& digest) {
  if (digest.empty() || next <= store.first_seq()) return true;
  const auto record = store.read(next - 1, 1, 1);
  if (!record) return store.unreadable(record.error());
  if (record->empty()) return false;
  const runtime::Digest of_record = runtime::sha256(record->front().value);
  return std::equal(of_record.begin(), of_record.end(), digest.begin(), digest.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

std::string missing_words(bool empty, SequenceNumber ended, SequenceNumber begins,
                          runtime::WallTime as_of) {
  const std::string how =
      empty ? "the journal was empty"
            : "the journal ended at record " + std::to_string((ended - 1).value());
  return how + " and the views had folded up to record " + std::to_string((begins - 1).value()) +
         ", so it was begun anew behind them; what was put on record after " +
         schemas::rfc3339(as_of) + " and before that start may be missing from history";
}

}  // namespace

Explained<std::optional<JournalBegun>> fit_journal(ingest::Journal& journal,
                                                   const ingest::JournalStore& store,
                                                   PartitionViews& views,
                                                   const TellOfBeginning& tell) {
  const projector::Progress& progress = views.projector().progress();
  const SequenceNumber next = ingest::seq_at(progress.next_offset);
  JournalBegun begun;
  begun.ended = store.end_seq();
  begun.begins = next;
  if (next < store.first_seq()) {
    return Failure{Errc::corrupt,
                   "the views end at record " + std::to_string((next - 1).value()) +
                       " and the journal begins at record " +
                       std::to_string(store.first_seq().value()) +
                       ": what lies between is only in the views that were lost. Restore the "
                       "views; or, to go on without that history, move the journal away too"};
  }
  if (next <= store.end_seq()) {
    const auto same = is_the_one_folded(store, next, progress.last_digest);
    if (!same) return same.error();
    if (!*same) return two_histories(store.end_seq(), next);
    return std::optional<JournalBegun>();
  }

  const projector::Archive archive = views.archive();
  const bool empty = store.first_seq() == store.end_seq();
  std::vector<OpenDelivery> before;
  if (!empty) {
    const auto belongs = is_a_beginning(store, archive);
    if (!belongs) return belongs.error();
    if (!*belongs) return two_histories(store.end_seq(), next);
    auto open = store.open_deliveries();
    if (!open) return store.unreadable(open.error());
    before = std::move(*open);
  }
  const EventIndex from = empty ? EventIndex() : index_of(store.end_seq());
  const auto open = open_after(archive, from, progress.next_index, before);
  if (!open) return explain(open.error(), "cannot read the views' archive");
  begun.open = open->size();
  begun.missing = missing_words(empty, begun.ended, next, progress.as_of);
  if (const auto told = tell(begun); !told) return told.error();
  if (const auto done = journal.begin_at(next, *open); !done) {
    return explain(done.error(), "cannot write the journal");
  }
  return std::optional(std::move(begun));
}

ingest::KeptElsewhere kept_in_archive(PartitionViews& views) {
  return [&views](SequenceNumber seq) -> Result<std::string> {
    if (index_of(seq) >= views.projector().progress().next_index) {
      return make_error_code(Errc::not_found);
    }
    const auto archived = views.archive().at(index_of(seq));
    if (!archived) return archived.error();
    return archived->octets();
  };
}

}  // namespace waybill::app
