// message/delivery-status (RFC 3464 2) and message/global-delivery-status (RFC 6533 3), and the
// same fields where a reporter has put them into its prose.
#pragma once

#include <string_view>

#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

// What `text` says, added to `facts`: the fields of the report, and its recipients, up to
// kMaxRecipients. Reporters forget the empty lines between groups: a field that comes again begins
// the next recipient. A recipient without any address is taken too. LF line ends.
void read_delivery_status(std::string_view text, ReportFacts& facts);

// Where such fields begin in prose, and end; empty if there are none. One of them must name a
// recipient.
std::string_view find_delivery_status(std::string_view prose);

// A time that the record can have: it counts nanoseconds since 1970 in 64 bits.
constexpr bool is_on_record(std::chrono::sys_seconds time) {
  return time >= std::chrono::sys_days{std::chrono::year{1970} / 1 / 1} &&
         time < std::chrono::sys_days{std::chrono::year{2262} / 1 / 1};
}

// RFC 5322 3.3; nothing if it is no date on record.
std::optional<std::chrono::sys_seconds> read_date(std::string_view field);

}  // namespace waybill::relay::returnpath::report
