// Recovery: at start, before any mail is taken, every acceptance without an outcome becomes an
// InDoubt event. The log never guesses.
#pragma once

#include <functional>
#include <string>

#include "ingest/journal.h"
#include "ingest/recorder.h"

namespace waybill::ingest {

// Where an acceptance is kept that the journal does not have any more; empty: nowhere.
using KeptElsewhere = std::function<runtime::Result<std::string>(schemas::SequenceNumber seq)>;

// How many were settled. The journal must be driven while this runs. Running it again settles none.
runtime::Task<runtime::Result<std::size_t>> settle_open_acceptances(const JournalStore& store,
                                                                    Recorder& recorder,
                                                                    KeptElsewhere elsewhere = {});

}  // namespace waybill::ingest
