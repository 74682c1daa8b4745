// The span of whole hours that a question about counts is about, and whose clock its days are of,
// as parameters of a request.
#pragma once

#include <chrono>
#include <optional>

#include "http/parameters.h"
#include "query/sources.h"
#include "runtime/time.h"

namespace waybill::query {

struct HoursSpan {
  runtime::WallTime from;  // inclusive
  runtime::WallTime to;    // exclusive
};

// `from` and `to`: every hour of which the span has a part; by default the hour that runs and the
// 23 before it. A span that is empty, or longer than 8,784 hours, is refused.
HoursSpan read_hours(const Sources& sources, http::Parameters& parameters);

// `utc_offset`: minutes east of Greenwich, 0 by default; nullopt: it is refused.
std::optional<std::chrono::minutes> read_utc_offset(http::Parameters& parameters);

}  // namespace waybill::query
