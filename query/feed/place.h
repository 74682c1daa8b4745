// Place: how far a reader of the feed is in each partition of the log, as a value and as the cursor
// that clients carry and do not read.
//
// The cursor is base64url of: version 1 (1 octet), the number of partitions (4, big-endian), for
// each of them the index of the event that comes next (8), and the beginning of the SHA-256 of all
// that (4), so that one that was cut or mistyped is refused. It says nothing of filters: whoever
// reads with others goes on from the same place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::query::feed {

using Place = std::vector<schemas::EventIndex>;  // by partition

// Of a partition that was out of reach where its reader wanted to begin at its end: where that is
// will be seen when it is in reach.
inline constexpr schemas::EventIndex kAtEnd = schemas::EventIndex::last();

// Partitions that a cursor may have: with more it would fit in no head of a request (http/codec.h).
inline constexpr std::size_t kMostPartitions = 512;

std::string to_cursor(const Place& place);
// Errc::invalid: no cursor of the feed's.
runtime::Result<Place> from_cursor(std::string_view text);

}  // namespace waybill::query::feed
