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

// How long after a delivery began a retry of its mail may go on under its id, and so under its
// return path. Greylists let a mail pass after minutes to hours; a sender's retries are at most
// some hours apart.
inline constexpr std::chrono::hours kRetryLife{24};

// How long a delivery that is done keeps a retry of the same mail from its target: senders give up
// after 4 to 5 days (RFC 5321 4.5.4.1), and most retries come on the first.
inline constexpr std::chrono::hours kDoneLife{72};

// Reports taken on one return path. A delivery has one or two (a delay, then a failure); more is
// somebody's loop.
inline constexpr std::size_t kReportsPerReturnPath = 8;

// The most that an operator may give all next hops to answer a body. The sender gives the end of
// data 10 minutes (RFC 5321 4.5.3.2.6), and we have to answer before, with some time for the way.
inline constexpr std::chrono::seconds kMaxFinalDeadline{570};

// How long a relay has the turn to report on a delivery, or to try it again, without taking it
// anew. A relay that dies keeps others from it for so long.
inline constexpr std::chrono::minutes kTurnLife{11};
static_assert(kTurnLife > kMaxFinalDeadline, "a turn outlives the end of any transaction");

}  // namespace waybill::schemas
