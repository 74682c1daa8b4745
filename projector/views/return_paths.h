// Return paths: how long the sender of a delivery is told of reports on it, and which of them came.
// Who that is stands in the acceptance: a delivery without a report has no row. Of tries there is a
// row for each event that a relay has to know again after its start (relay/plan/tries.h).
//
// A return path outlives every window (schemas/limits.h) by kMargin, in which a report whose body
// was late is still told apart; then it is gone, as the log's own time goes on: `h` says so of the
// deliveries themselves (is_gone()), and the rows of reports are erased.
//
// That time comes from clocks, which may be wrong. So paths go only once the log has gone on in
// plausible steps (kLongestGap) for as long as they are kept: then each of them has had its whole
// time by the log's steps, whatever an earlier clock said. A longer step, ahead or back, begins
// that anew: an event from another year takes nothing, and a path is there whatever its time is.
// Where clocks jump or mail is rarer than that, paths stay longer. A clock that goes ahead in
// plausible steps is believed, and paths go as much too early as it is ahead.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/view.h"
#include "projector/views/return_paths_key.h"
#include "schemas/limits.h"
#include "schemas/return_path.h"

namespace waybill::projector {

// An SMTP transaction that began within the window has ended by then (RFC 5321 4.5.3.2).
inline constexpr std::chrono::hours kMargin{1};

// Since its id was made, with the longest window: a try under an earlier one's id ends later.
inline constexpr std::chrono::hours kKept =
    schemas::kMaxBounceWindow + schemas::kRetryLife + kMargin;

// The longest step between two acceptances that a clock is believed: a weekend without mail.
inline constexpr std::chrono::hours kLongestGap{72};

// Reports remembered for one delivery: more than a relay takes, with room for those that two of
// them took at once.
inline constexpr std::size_t kMaxReports = 16;
static_assert(kMaxReports > schemas::kReportsPerReturnPath);

class ReturnPaths final : public View {
 public:
  const TableTraits& table() const override { return kReturnPathsTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  std::string row_;  // kept for its memory
};

}  // namespace waybill::projector
