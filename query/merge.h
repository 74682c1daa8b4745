// Merge: several partitions' answers to one question as one answer. Pure functions over JSON
// without `as_of`, as render.h and other servers of ours make it; what is not in that form (a
// server of another release) is left out of the whole part by part.
//
// A single part comes back as it is; of no part nothing is made.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "projector/history.h"

namespace waybill::query {

using PartialAnswers = std::vector<boost::json::object>;

// By time, newest first; a page as long as was asked for, and its cursor where there is more. No
// entry is shown that may come after one that its partition has not read yet.
boost::json::object merge_histories(PartialAnswers parts,
                                    const projector::HistoryQuestion& question);

// Of a message that went to several aliases: its events, oldest first in a page, kMaxEvents
// (projector/history.h) at most, and a cursor where there are more. `question`: what the cursor
// belongs to (cursor.h).
boost::json::object merge_messages(PartialAnswers parts, std::string_view question);

// Messages by their id, newest first, at most `limit` of them and kMaxEvents events of them all.
boost::json::object merge_message_lists(PartialAnswers parts, std::size_t limit,
                                        std::string_view question);

// Hour by hour, summed.
boost::json::object merge_counters(PartialAnswers parts);

}  // namespace waybill::query
