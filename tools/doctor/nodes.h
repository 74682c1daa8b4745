// Nodes of a cluster and how far they are, as they say themselves on the board. Pure.
#pragma once

#include <vector>

#include "ingest/node_census.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// Records. About a second's work of a projector, and far more than one that keeps up ever has; a
// relay that has as many in its journal does not get rid of them.
inline constexpr std::uint64_t kMostBehind = 100'000;
// A node that went away long ago was taken away, and nobody told the board.
inline constexpr std::chrono::hours kForgotten{24};
// Deadlines of return paths and the order of histories stand on clocks; those that are kept by NTP
// differ by milliseconds.
inline constexpr std::chrono::seconds kClockTolerance{5};

// `partitions`: of the deliveries topic. `now` is by the clock that read the words.
Findings judge_nodes(const std::vector<ingest::NodeWord>& nodes, std::uint32_t partitions,
                     runtime::WallTime now);

}  // namespace waybill::tools::doctor
