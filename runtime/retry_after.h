// Retry-After (RFC 9110 10.2.3): how long a server asks to be left alone. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/time.h"

namespace waybill::runtime {

// What a server may ask for; more is taken for this.
inline constexpr Duration kMostRetryAfter = std::chrono::hours(24);

// A number of seconds, or a date, which counts from `now`; one that has passed is no time at all.
// nullopt: the value is neither.
std::optional<Duration> retry_after(std::string_view value, WallTime now);

// A date in any of the three forms that a recipient must know (RFC 9110 5.6.7): that of today, and
// two of old with a year of two digits, and as asctime() has it. The name of the day is not looked
// at; `now` tells the century.
std::optional<WallTime> http_date(std::string_view text, WallTime now);

}  // namespace waybill::runtime
