// Any message that came on a return path, read: a delivery status notification (RFC 3464, RFC
// 6533), a report in the prose of a known way of speaking (prose_rules.h), a complaint (RFC 5965),
// an automatic reply (RFC 3834), or none of these.
//
// Sans-I/O: octets in, facts out; any thread. Never fails: what cannot be read is unrecognised.
// Work is linear in the first kMaxReportOctets of the message (mime_parts.h); the rest is not
// looked at. Facts are the reporter's words, not the truth: anybody can write a report.
#pragma once

#include <string_view>

#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

// `raw`: the whole message, with CRLF, LF or CR line ends.
ReportFacts read_report(std::string_view raw);

}  // namespace waybill::relay::returnpath::report
