// Times of a query: dates and times of day as the reader's clock shows them, and distances from
// now. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "query/search/fault.h"
#include "query/search/fields.h"
#include "query/search/parse.h"
#include "query/search/shapes.h"

namespace waybill::query::search {

// How far around a moment `around:` looks, to either side.
inline constexpr std::chrono::minutes kAround{15};
// Behind the longest distance from now there is no mail: the first was sent in 1971.
inline constexpr std::chrono::hours kMaxAge{24 * 365 * 100};

struct TimeEnds {
  std::optional<FromTimeTerm> from;
  std::optional<ToTimeTerm> to;
};

// The value of after:, before:, since:, newer_than:, older_than: or around:. A time of day is the
// last such time that has begun; a date is its first moment, and around: takes all of it.
Read<TimeEnds> read_time(const FieldTraits& field, const Piece& value, const Context& context);

// "2026-03-01T14:30+01:00", finer where the moment is; read again it is the same.
std::string written_time(runtime::WallTime at, const Context& context);
// "2026-03-01 14:30 (UTC+01:00)"
std::string spoken_time(runtime::WallTime at, const Context& context);
// "24h", "7d"
std::string written_age(std::chrono::seconds age);

}  // namespace waybill::query::search
