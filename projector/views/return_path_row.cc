#include "projector/views/return_path_row.h"

#include "projector/rows/key_codec.h"
#include "projector/rows/row_codec.h"
#include "projector/views/return_paths_key.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::MessageId;
using schemas::ReturnPath;

std::string_view octets_of(const std::array<std::uint8_t, kIdOctets>& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

}  // namespace

void append_reports_row(const Reports& reports, std::string& out) {
  RowWriter row(out);
  for (const ReturnPath::Report& report : reports) {
    row.raw(octets_of(report.message.octets()));
    row.raw(report.digest);
    row.octet(report.done ? 1 : 0);
  }
}

Result<Reports> read_reports_row(std::string_view octets) {
  RowReader row(octets);
  Reports reports;
  while (row.ok() && !row.at_end()) {
    ReturnPath::Report report;
    const auto id = MessageId::from_bytes(row.raw(kIdOctets));
    if (id) report.message = *id;
    report.digest = row.raw(ReturnPath::kDigestOctets);
    report.done = row.octet() != 0;
    reports.push_back(std::move(report));
  }
  if (!row.ok()) return make_error_code(Errc::corrupt);
  return reports;
}

void append_log_time(const LogTime& time, std::string& out) {
  RowWriter row(out);
  for (const std::uint64_t number :
       {time.run_began, time.last, time.horizon, time.moved_at.value()}) {
    row.fixed64(number);
  }
}

Result<LogTime> read_log_time(std::string_view octets) {
  RowReader row(octets);
  LogTime time;
  time.run_began = row.fixed64();
  time.last = row.fixed64();
  time.horizon = row.fixed64();
  time.moved_at = schemas::EventIndex(row.fixed64());
  if (!row.ok() || !row.at_end()) return make_error_code(Errc::corrupt);
  return time;
}

bool is_gone(const LogTime& time, const schemas::DeliveryId& id, schemas::EventIndex accepted_at) {
  return accepted_at < time.moved_at &&
         return_path_key(octets_of(id.octets())) < return_path_key_at(time.horizon);
}

}  // namespace waybill::projector
