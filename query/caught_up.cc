#include "query/caught_up.h"

#include <utility>

namespace waybill::query {
namespace {

http::Problem not_caught_up() {
  auto problem =
      http::problem_of(503, "not_caught_up",
                       "The views have not folded yet what is in the log: ask again in a moment.");
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

// The views have all that was in the log at `asked`. What was on its way there is the relay's to
// wait for that asks.
bool is_whole(const LocalPartition& local, runtime::WallTime asked) {
  const Freshness fresh = local.freshness();
  return fresh.complete_at && *fresh.complete_at + fresh.on_the_way >= asked;
}

}  // namespace

const LocalPartition* find_local(const Sources& sources, std::uint32_t partition) {
  for (const LocalPartition& local : sources.partitions) {
    if (local.partition == partition) return &local;
  }
  return nullptr;
}

http::Problem not_the_owner() {
  http::Problem problem = not_caught_up();
  problem.code = "not_the_owner";
  problem.detail = "This server has no views of that partition.";
  return problem;
}

http::Plan once_caught_up(const LocalPartition& local, runtime::WallTime asked,
                          std::chrono::milliseconds within, std::function<http::Response()> read) {
  http::DelayedRead out;
  out.ready = [&local, asked] { return is_whole(local, asked); };
  out.at_most = within;
  out.read = [&local, asked, read = std::move(read)] {
    return is_whole(local, asked) ? read() : http::to_response(not_caught_up());
  };
  return out;
}

}  // namespace waybill::query
