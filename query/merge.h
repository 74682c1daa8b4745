// Merge: several parts of one answer as one. Pure functions. A single part comes back as it is.
#pragma once

#include <vector>

#include "query/parts.h"

namespace waybill::query {

// By time, newest first; at most `limit` entries, and no more behind the one that fills
// kMaxHistoryOctets. No entry is shown that may come after one that its partition has not read yet.
inline constexpr std::size_t kMaxHistoryOctets = 3 * projector::kMaxPageOctets;  // of JSON
HistoryPart merge_histories(std::vector<HistoryPart> parts, std::size_t limit);

// Those of a part in their order, of several parts the one whose next event is the newest; at most
// `limit`, and no more behind the one that fills kMaxHistoryOctets. What a part has not read yet
// may be newer than what the others have: where a part that goes on has no more lines, the page
// ends.
// `before`: where each partition was asked to begin, and what was not asked.
EventsPart merge_events(std::vector<EventsPart> parts, std::size_t limit,
                        const EventsPlace& before);

// At most `limit` messages, newest first, and kMaxEvents events or kMaxEventOctets
// (projector/history.h) of them all; the events of a message in the order in which they happened.
MessagesPart merge_messages(std::vector<MessagesPart> parts, std::size_t limit);

// Hour by hour, summed.
CountersPart merge_counters(std::vector<CountersPart> parts);

}  // namespace waybill::query
