#include "projector/views/return_paths.h"

#include <algorithm>

#include "projector/row_codec.h"
#include "schemas/ids.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;

constexpr std::size_t kDigestOctets = 32;
constexpr std::string_view kHorizonKey = "h";

enum Flag : std::uint8_t { kVerified = 1, kSmtputf8 = 2 };

// Rows of deliveries that began before it (ms since 1970, as a UUIDv7 has it) are erased. It moves
// by whole hours, so that a range is erased once in an hour of the log's time.
std::uint64_t horizon_at(std::uint64_t occurred_at) {
  const std::uint64_t hour = hour_of(occurred_at);
  const std::uint64_t kept = static_cast<std::uint64_t>((kMaxWindow + kMargin).count());
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
  std::string key = "d";
  append_be64(key, milliseconds << 16);
  return key;
}

Result<std::uint64_t> move_horizon(const Event& event, Rows& rows) {
  const auto horizon = read_horizon(rows);
  if (!horizon) return horizon;
  const std::uint64_t next = horizon_at(event.occurred_at());
  if (next <= *horizon) return horizon;
  rows.erase_range(Table::return_paths, "d", key_at(next));
  std::string value;
  append_be64(value, next);
  rows.put(Table::return_paths, kHorizonKey, value);
  return next;
}

ReturnPath opened_by(const Event& event, const std::string& target) {
  const auto& accepted = event.accepted();
  ReturnPath path;
  path.message_id = event.message_id();
  path.alias = event.alias();
  path.domain = event.domain();
  path.sender = event.sender();
  path.target = target;
  path.route = accepted.route();
  path.verified = accepted.originator_verified();
  path.reason = accepted.originator_reason();
  path.smtputf8 = accepted.smtputf8();
  path.ret = accepted.dsn().ret();
  path.envid = accepted.dsn().envid();
  path.notify = accepted.dsn().notify();
  path.orcpt = accepted.dsn().orcpt();
  path.rfc5322_message_id = accepted.rfc5322_message_id();
  path.header_from = accepted.header_from();
  path.accepted_at = event.occurred_at();
  return path;
}

using Report = ReturnPath::Report;

bool take_report(const Event& event, ReturnPath& path) {
  if (event.has_accepted()) {
    const std::string& digest = event.accepted().content_digest();
    if (digest.size() != kDigestOctets) return false;
    const auto known = std::find_if(path.reports.begin(), path.reports.end(),
                                    [&](const Report& report) { return report.digest == digest; });
    // Who heard nothing sends the same report again, as another message.
    if (known != path.reports.end()) {
      known->message_id = event.message_id();
    } else if (path.reports.size() < kMaxReports) {
      path.reports.push_back({event.message_id(), digest, Report::State::open});
    }
    return true;
  }
  const bool ends = event.has_forwarded() || event.has_rejected() || event.has_dropped();
  if (!ends) return false;
  const auto known =
      std::find_if(path.reports.begin(), path.reports.end(),
                   [&](const Report& report) { return report.message_id == event.message_id(); });
  if (known == path.reports.end()) return false;
  known->state = Report::State::done;
  return true;
}

}  // namespace

std::string return_path_key(std::string_view delivery_id) {
  return std::string("d").append(delivery_id);
}

void append_return_path_row(const ReturnPath& path, std::string& out) {
  RowWriter row(out);
  row.octet(
      static_cast<std::uint8_t>((path.verified ? kVerified : 0) | (path.smtputf8 ? kSmtputf8 : 0)));
  row.raw(path.message_id);
  for (const std::string* text :
       {&path.alias, &path.domain, &path.sender, &path.target, &path.route, &path.reason, &path.ret,
        &path.envid, &path.notify, &path.orcpt, &path.rfc5322_message_id, &path.header_from}) {
    row.string(*text);
  }
  row.fixed64(path.accepted_at);
  for (const Report& report : path.reports) {
    row.raw(report.message_id);
    row.raw(report.digest);
    row.octet(static_cast<std::uint8_t>(report.state));
  }
}

Result<ReturnPath> read_return_path_row(std::string_view octets) {
  RowReader row(octets);
  ReturnPath path;
  const std::uint8_t flags = row.octet();
  path.verified = (flags & kVerified) != 0;
  path.smtputf8 = (flags & kSmtputf8) != 0;
  path.message_id = row.raw(kIdOctets);
  for (std::string* text :
       {&path.alias, &path.domain, &path.sender, &path.target, &path.route, &path.reason, &path.ret,
        &path.envid, &path.notify, &path.orcpt, &path.rfc5322_message_id, &path.header_from}) {
    *text = row.string();
  }
  path.accepted_at = row.fixed64();
  while (row.ok() && !row.at_end()) {
    Report report;
    report.message_id = row.raw(kIdOctets);
    report.digest = row.raw(kDigestOctets);
    report.state = row.octet() == 0 ? Report::State::open : Report::State::done;
    path.reports.push_back(std::move(report));
  }
  if (!row.ok()) return make_error_code(Errc::corrupt);
  return path;
}

runtime::Result<void> ReturnPaths::fold(const Event& event, Place, Rows& rows) {
  const bool reports = event.reported_delivery_id().size() == kIdOctets;
  if (!event.has_accepted() && !reports) return {};
  if (event.message_id().size() != kIdOctets) return {};
  const auto horizon = move_horizon(event, rows);
  if (!horizon) return horizon.error();
  const auto put = [&](std::string_view delivery_id, const ReturnPath& path) {
    std::string value;
    append_return_path_row(path, value);
    rows.put(Table::return_paths, return_path_key(delivery_id), value);
  };
  if (event.has_accepted() && !reports) {
    for (const auto& chosen : event.accepted().targets()) {
      const std::string& id = chosen.delivery_id();
      if (id.size() != kIdOctets || began_at(id) < *horizon) continue;
      put(id, opened_by(event, chosen.target()));
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
  if (take_report(event, *path)) put(id, *path);
  return {};
}

}  // namespace waybill::projector
