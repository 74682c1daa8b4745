#include "projector/views/return_paths.h"

#include <algorithm>

#include "projector/rows/key_codec.h"
#include "projector/views/return_path_row.h"
#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
using schemas::MessageId;
using schemas::ReturnPath;

constexpr auto kKeptHours = static_cast<std::uint64_t>(kKept.count());
constexpr auto kDoneHours = static_cast<std::uint64_t>(schemas::kDoneLife.count());
constexpr auto kGapHours = static_cast<std::uint64_t>(kLongestGap.count());

Result<std::optional<LogTime>> stored_log_time(Rows& rows) {
  const auto stored = rows.get(Table::return_paths, kHorizonKey);
  if (!stored) return stored.error();
  if (!*stored) return std::optional<LogTime>();
  const auto time = read_log_time(**stored);
  if (!time) return time.error();
  return std::optional<LogTime>(*time);
}

Result<void> move_horizon(const Event& event, ArchivePlace place, Rows& rows) {
  const auto stored = stored_log_time(rows);
  if (!stored) return stored.error();
  const std::uint64_t hour = hour_of(event.occurred_at());
  if (*stored && (*stored)->last == hour) return {};
  LogTime time = stored->value_or(LogTime{hour, hour, 0, {}});
  const std::uint64_t step = std::max(hour, time.last) - std::min(hour, time.last);
  if (step > kGapHours) time.run_began = hour;
  time.last = hour;
  if (hour >= time.run_began + kKeptHours && hour - kKeptHours > time.horizon) {
    time.horizon = hour - kKeptHours;
    time.moved_at = place.index;
    rows.erase_range(Table::return_paths, kReturnPathTag, return_path_key_at(time.horizon));
  }
  // What a relay learns at its start goes back no further.
  if (hour >= time.run_began + kDoneHours) {
    rows.erase_range(Table::return_paths, kTryTag, try_key_at(hour - kDoneHours));
  }
  std::string row;
  append_log_time(time, row);
  rows.put(Table::return_paths, kHorizonKey, row);
  return {};
}

using Report = ReturnPath::Report;

bool take_report(const Event& event, const MessageId& message, Reports& reports) {
  if (event.has_accepted()) {
    const std::string& digest = event.accepted().content_digest();
    if (digest.size() != ReturnPath::kDigestOctets) return false;
    const auto known = std::find_if(reports.begin(), reports.end(),
                                    [&](const Report& report) { return report.digest == digest; });
    // A reporter that heard nothing sends the same report again, as another message.
    if (known != reports.end()) {
      known->message = message;
    } else if (reports.size() < kMaxReports) {
      reports.push_back({message, digest, false});
    }
    return true;
  }
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->ends_report) return false;
  const auto known = std::find_if(reports.begin(), reports.end(),
                                  [&](const Report& report) { return report.message == message; });
  if (known == reports.end()) return false;
  known->done = true;
  return true;
}

// What a retry of the mail goes on from: deliveries that were put off, those done of a message that
// has several, and messages that were left in doubt.
bool is_of_a_try(const Event& event) {
  if (event.delivery_id().size() != kIdOctets || !event.reported_delivery_id().empty())
    return false;
  if (event.has_forwarded()) return !event.forwarded().content_digest().empty();
  return event.has_deferred() || event.has_in_doubt();
}

}  // namespace

runtime::Result<void> ReturnPaths::fold(const Event& event, ArchivePlace place, Rows& rows) {
  if (is_of_a_try(event)) {
    rows.put(Table::return_paths, try_key_at(hour_of(event.occurred_at()), place.index), {});
  }
  const std::string& id = event.reported_delivery_id();
  const bool reports_on_one = id.size() == kIdOctets;
  if (!event.has_accepted() && !reports_on_one) return {};
  const auto message = MessageId::from_bytes(event.message_id());
  if (!message) return {};
  if (const auto moved = move_horizon(event, place, rows); !moved) return moved;
  if (!reports_on_one) return {};
  const std::string key = return_path_key(id);
  const auto stored = rows.get(Table::return_paths, key);
  if (!stored) return stored.error();
  auto reports = read_reports_row(stored->value_or(std::string_view()));
  if (!reports) return reports.error();
  if (!take_report(event, *message, *reports)) return {};
  row_.clear();
  append_reports_row(*reports, row_);
  rows.put(Table::return_paths, key, row_);
  return {};
}

}  // namespace waybill::projector
