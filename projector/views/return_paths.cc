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

// Rows of deliveries that began before it (ms since 1970, as a UUIDv7 has it) are erased. It moves
// by whole hours, so that a range is erased once in an hour of the log's time.
std::uint64_t horizon_at(std::uint64_t occurred_at) {
  const std::uint64_t hour = hour_of(occurred_at);
  const std::uint64_t kept =
      static_cast<std::uint64_t>((schemas::kMaxBounceWindow + kMargin).count());
  return hour > kept ? (hour - kept) * 3'600'000 : 0;
}

// RFC 9562 5.7: the first 48 bits.
std::uint64_t began_at(std::string_view delivery_id) { return read_be64(delivery_id) >> 16; }

Result<std::uint64_t> read_horizon(Rows& rows) {
  const auto stored = rows.get(Table::return_paths, kHorizonKey);
  if (!stored) return stored.error();
  if (!*stored) return std::uint64_t{0};
  if ((*stored)->size() != 8) return make_error_code(Errc::corrupt);
  return read_be64(**stored);
}

// The first key of deliveries that began at `milliseconds`.
std::string key_at(std::uint64_t milliseconds) {
  std::string key(kReturnPathTag);
  append_be64(key, milliseconds << 16);
  return key;
}

Result<std::uint64_t> move_horizon(const Event& event, Rows& rows) {
  const auto horizon = read_horizon(rows);
  if (!horizon) return horizon;
  const std::uint64_t next = horizon_at(event.occurred_at());
  if (next <= *horizon) return horizon;
  rows.erase_range(Table::return_paths, kReturnPathTag, key_at(next));
  std::string value;
  append_be64(value, next);
  rows.put(Table::return_paths, kHorizonKey, value);
  return next;
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
  const auto horizon = move_horizon(event, rows);
  if (!horizon) return horizon.error();
  if (event.has_accepted() && !reports) {
    for (const auto& chosen : event.accepted().targets()) {
      const std::string& id = chosen.delivery_id();
      if (id.size() != kIdOctets || began_at(id) < *horizon) continue;
      key_.assign(kReturnPathTag).append(id);
      row_.clear();
      schemas::open_return_path(event, chosen.target(), opened_);
      append_return_path_row(opened_, row_);
      rows.put(Table::return_paths, key_, row_);
    }
    return {};
  }
  const std::string& id = event.reported_delivery_id();
  if (id.size() != kIdOctets || began_at(id) < *horizon) return {};
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
