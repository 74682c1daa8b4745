#include "projector/views/return_path_row.h"

#include "projector/rows/key_codec.h"
#include "projector/rows/row_codec.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::MessageId;
using schemas::ReturnPath;

enum Flag : std::uint8_t { kVerified = 1, kSmtputf8 = 2 };

// In the order of the row. `Path`: ReturnPath, const where it is written.
template <class Path, class Visit>
void each_text(Path& path, Visit visit) {
  visit(path.alias);
  visit(path.domain);
  visit(path.sender);
  visit(path.target);
  visit(path.route);
  visit(path.reason);
  visit(path.dsn.ret);
  visit(path.dsn.envid);
  visit(path.dsn.notify);
  visit(path.dsn.orcpt);
  visit(path.rfc5322_message_id);
  visit(path.header_from);
}

std::string_view octets_of(const MessageId& id) {
  return {reinterpret_cast<const char*>(id.octets().data()), id.octets().size()};
}

// Zero where the row has ended, which its reader knows.
MessageId read_message_id(RowReader& row) {
  const auto id = MessageId::from_bytes(row.raw(kIdOctets));
  return id ? *id : MessageId();
}

}  // namespace

void append_return_path_row(const ReturnPath& path, std::string& out) {
  RowWriter row(out);
  row.octet(
      static_cast<std::uint8_t>((path.verified ? kVerified : 0) | (path.smtputf8 ? kSmtputf8 : 0)));
  row.raw(octets_of(path.message));
  each_text(path, [&row](const std::string& text) { row.string(text); });
  row.fixed64(schemas::nanoseconds(path.accepted_at));
  for (const ReturnPath::Report& report : path.reports) {
    row.raw(octets_of(report.message));
    row.raw(report.digest);
    row.octet(report.done ? 1 : 0);
  }
}

Result<ReturnPath> read_return_path_row(std::string_view octets) {
  RowReader row(octets);
  ReturnPath path;
  const std::uint8_t flags = row.octet();
  path.verified = (flags & kVerified) != 0;
  path.smtputf8 = (flags & kSmtputf8) != 0;
  path.message = read_message_id(row);
  each_text(path, [&row](std::string& text) { text = row.string(); });
  path.accepted_at = schemas::wall_time(row.fixed64());
  while (row.ok() && !row.at_end()) {
    ReturnPath::Report report;
    report.message = read_message_id(row);
    report.digest = row.raw(ReturnPath::kDigestOctets);
    report.done = row.octet() != 0;
    path.reports.push_back(std::move(report));
  }
  if (!row.ok()) return make_error_code(Errc::corrupt);
  return path;
}

}  // namespace waybill::projector
