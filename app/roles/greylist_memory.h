// What a greylist knows, out of the journal: who was put off, and whose mail was taken.
#pragma once

#include <cstdint>

#include "ingest/journal_store.h"
#include "relay/door/greylist.h"
#include "runtime/failure.h"

namespace waybill::app {

// The newest events of the journal that are read for it, some three seconds' worth: who was heard
// of before is asked to come again.
inline constexpr std::uint64_t kMostGreylistEvents = 2'000'000;

// Errc::corrupt: the journal cannot be read. Blocks.
runtime::Explained<void> learn_greylist(const ingest::JournalStore& store,
                                        relay::door::Greylist& greylist);

}  // namespace waybill::app
