#include "projector/views/return_path_row.h"

#include <array>

#include "projector/rows/key_codec.h"
#include "projector/rows/row_codec.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using Report = ReturnPath::Report;

enum Flag : std::uint8_t { kVerified = 1, kSmtputf8 = 2 };

// The part of a row before its reports, as views: the acceptance's own strings, or a row's.
struct Opening {
  bool verified = false;
  bool smtputf8 = false;
  std::string_view message_id;
  std::array<std::string_view, 12> texts;  // in the order of the row
  std::uint64_t accepted_at = 0;
};

void append_opening(const Opening& opening, std::string& out) {
  RowWriter row(out);
  row.octet(static_cast<std::uint8_t>((opening.verified ? kVerified : 0) |
                                      (opening.smtputf8 ? kSmtputf8 : 0)));
  row.raw(opening.message_id);
  for (const std::string_view text : opening.texts) row.string(text);
  row.fixed64(opening.accepted_at);
}

}  // namespace

void append_return_path_row(const schemas::Event& event, std::string_view target,
                            std::string& out) {
  const auto& accepted = event.accepted();
  const auto& dsn = accepted.dsn();
  append_opening({accepted.originator_verified(),
                  accepted.smtputf8(),
                  event.message_id(),
                  {event.alias(), event.domain(), event.sender(), target, accepted.route(),
                   accepted.originator_reason(), dsn.ret(), dsn.envid(), dsn.notify(), dsn.orcpt(),
                   accepted.rfc5322_message_id(), accepted.header_from()},
                  event.occurred_at()},
                 out);
}

void append_return_path_row(const ReturnPath& path, std::string& out) {
  append_opening(
      {path.verified,
       path.smtputf8,
       path.message_id,
       {path.alias, path.domain, path.sender, path.target, path.route, path.reason, path.ret,
        path.envid, path.notify, path.orcpt, path.rfc5322_message_id, path.header_from},
       path.accepted_at},
      out);
  RowWriter row(out);
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

}  // namespace waybill::projector
