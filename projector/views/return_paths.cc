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

constexpr auto kKeptHours =
    static_cast<std::uint64_t>((schemas::kMaxBounceWindow + kMargin).count());
constexpr auto kGapHours = static_cast<std::uint64_t>(kLongestGap.count());

// What is kept of the log's own time, in hours since 1970. It moves by whole hours, so that a range
// is erased once in an hour.
struct LogTime {
  std::uint64_t run_began = 0;  // of the steps up to `last`, none was longer than kLongestGap
  std::uint64_t last = 0;
  std::uint64_t horizon = 0;  // rows of deliveries that began before it are erased
};
constexpr std::size_t kLogTimeOctets = 24;

Result<std::optional<LogTime>> read_log_time(Rows& rows) {
  const auto stored = rows.get(Table::return_paths, kHorizonKey);
  if (!stored) return stored.error();
  if (!*stored) return std::optional<LogTime>();
  const std::string_view row = **stored;
  if (row.size() != kLogTimeOctets) return make_error_code(Errc::corrupt);
  return LogTime{read_be64(row), read_be64(row.substr(8)), read_be64(row.substr(16))};
}

void put_log_time(const LogTime& time, Rows& rows) {
  std::string row;
  append_be64(row, time.run_began);
  append_be64(row, time.last);
  append_be64(row, time.horizon);
  rows.put(Table::return_paths, kHorizonKey, row);
}

// The first key of deliveries that began in that hour or later: an id begins with milliseconds
// (RFC 9562 5.7).
std::string key_at(std::uint64_t hour) {
  constexpr std::uint64_t kMillisecondsAnHour = 3'600'000;
  std::string key(kReturnPathTag);
  append_be64(key, hour * kMillisecondsAnHour << 16);
  return key;
}

Result<void> move_horizon(const Event& event, Rows& rows) {
  const auto stored = read_log_time(rows);
  if (!stored) return stored.error();
  const std::uint64_t hour = hour_of(event.occurred_at());
  if (*stored && (*stored)->last == hour) return {};
  LogTime time = stored->value_or(LogTime{hour, hour, 0});
  const std::uint64_t step = std::max(hour, time.last) - std::min(hour, time.last);
  if (step > kGapHours) time.run_began = hour;
  time.last = hour;
  if (hour >= time.run_began + kKeptHours && hour - kKeptHours > time.horizon) {
    time.horizon = hour - kKeptHours;
    rows.erase_range(Table::return_paths, kReturnPathTag, key_at(time.horizon));
  }
  put_log_time(time, rows);
  return {};
}

using Report = ReturnPath::Report;

bool take_report(const Event& event, const MessageId& message, ReturnPath& path) {
  if (event.has_accepted()) {
    const std::string& digest = event.accepted().content_digest();
    if (digest.size() != ReturnPath::kDigestOctets) return false;
    const auto known = std::find_if(path.reports.begin(), path.reports.end(),
                                    [&](const Report& report) { return report.digest == digest; });
    // A reporter that heard nothing sends the same report again, as another message.
    if (known != path.reports.end()) {
      known->message = message;
    } else if (path.reports.size() < kMaxReports) {
      path.reports.push_back({message, digest, false});
    }
    return true;
  }
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->ends_report) return false;
  const auto known = std::find_if(path.reports.begin(), path.reports.end(),
                                  [&](const Report& report) { return report.message == message; });
  if (known == path.reports.end()) return false;
  known->done = true;
  return true;
}

}  // namespace

runtime::Result<void> ReturnPaths::fold(const Event& event, ArchivePlace, Rows& rows) {
  const bool reports = event.reported_delivery_id().size() == kIdOctets;
  if (!event.has_accepted() && !reports) return {};
  const auto message = MessageId::from_bytes(event.message_id());
  if (!message) return {};
  if (const auto moved = move_horizon(event, rows); !moved) return moved;
  if (event.has_accepted() && !reports) {
    for (const auto& chosen : event.accepted().targets()) {
      const std::string& id = chosen.delivery_id();
      if (id.size() != kIdOctets) continue;
      key_.assign(kReturnPathTag).append(id);
      row_.clear();
      schemas::open_return_path(event, chosen.target(), opened_);
      append_return_path_row(opened_, row_);
      rows.put(Table::return_paths, key_, row_);
    }
    return {};
  }
  const std::string& id = event.reported_delivery_id();
  if (id.size() != kIdOctets) return {};
  const auto stored = rows.get(Table::return_paths, return_path_key(id));
  if (!stored) return stored.error();
  if (!*stored) return {};
  auto path = read_return_path_row(**stored);
  if (!path) return path.error();
  if (!take_report(event, *message, *path)) return {};
  row_.clear();
  append_return_path_row(*path, row_);
  rows.put(Table::return_paths, return_path_key(id), row_);
  return {};
}

}  // namespace waybill::projector
