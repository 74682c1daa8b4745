// Answers to other nodes that have everything that was in the log when the question came.
#pragma once

#include <chrono>
#include <functional>

#include "http/handler.h"
#include "http/problem.h"
#include "query/sources.h"

namespace waybill::query {

// The longest that a question may have an answer wait.
inline constexpr std::size_t kMostWithin = 10'000;  // milliseconds

// nullptr: its views are not here.
const LocalPartition* find_local(const Sources& sources, std::uint32_t partition);
http::Problem not_the_owner();

// Waits until the views have folded what was in the log at `asked`, `within` at most: then `read`,
// on a worker, or 503 if they have not.
http::Plan once_caught_up(const LocalPartition& local, runtime::WallTime asked,
                          std::chrono::milliseconds within, std::function<http::Response()> read);

}  // namespace waybill::query
