// Whether a journal and the views beside it belong together, and what is done where the journal is
// the shorter one: it was lost, replaced by an older copy, or cut where its disk was damaged. The
// views' archive has what they folded, so nothing of that is lost: the journal begins behind them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/roles/partition_views.h"
#include "ingest/journal.h"
#include "ingest/journal_store.h"
#include "ingest/recovery.h"

namespace waybill::app {

struct JournalBegun {
  schemas::SequenceNumber ended;   // the next number that the journal would have given
  schemas::SequenceNumber begins;  // the one that it gives now
  std::size_t open = 0;            // deliveries without an outcome, for recovery to settle
  std::string missing;             // what may be missing from now on; a sentence
};

using TellOfBeginning = std::function<runtime::Explained<void>(const JournalBegun&)>;

// Before anything is recorded, folded or trimmed. nullopt: the journal has all that the views do
// not have. Where it begins behind them, the archive is read for what is open: from its beginning
// where the journal is empty, a million events a second or so.
// `tell` is asked first, and where it fails nothing is changed: what may be missing has to be
// written down before the journal hides it.
// Errc::corrupt: the journal has records that these views do not have at that place, or begins
// beyond them; nothing was changed then, and the words say what can be done.
runtime::Explained<std::optional<JournalBegun>> fit_journal(ingest::Journal& journal,
                                                            const ingest::JournalStore& store,
                                                            PartitionViews& views,
                                                            const TellOfBeginning& tell);

// Acceptances that are only in the views' archive. `views` outlives it.
ingest::KeptElsewhere kept_in_archive(PartitionViews& views);

}  // namespace waybill::app
