// Time as values: points, spans and dates. Clock, the port that tells them, is in runtime/clock.h;
// what only computes with time needs no event loop for it.
#pragma once

#include <chrono>

namespace waybill::runtime {

class Clock;

// Monotonic time; does not jump when the system's date is set.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

// UTC, nanoseconds since 1970.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// The earlier of two deadlines.
constexpr Instant sooner(Instant a, Instant b) { return a < b ? a : b; }

}  // namespace waybill::runtime
