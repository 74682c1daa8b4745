// Limits that several parts have to agree on, each once, and what must hold between them.
#pragma once

#include <chrono>
#include <cstddef>

namespace waybill::schemas {

// How long a report finds its way home; not beyond, because its return path names the sender. A
// domain sets a time from the one to the other (docs/configuration.md); the view of return paths
// keeps each for longer than the longest.
inline constexpr std::chrono::hours kMinBounceWindow{1};
inline constexpr std::chrono::hours kMaxBounceWindow{14 * 24};

// Reports taken on one return path. A delivery has one or two (a delay, then a failure); more is
// somebody's loop.
inline constexpr std::size_t kReportsPerReturnPath = 8;

// The most that an operator may give all next hops to answer a body. The sender gives the end of
// data 10 minutes (RFC 5321 4.5.3.2.6), and we have to answer before, with some time for the way.
inline constexpr std::chrono::seconds kMaxFinalDeadline{570};

// How long a relay has the turn to report on a delivery without taking it anew. A relay that dies
// keeps others from its reports for so long.
inline constexpr std::chrono::minutes kTurnLife{11};
static_assert(kTurnLife > kMaxFinalDeadline, "a turn outlives the end of any transaction");

}  // namespace waybill::schemas
