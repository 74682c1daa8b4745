// Rows of `return_paths`. Whom a report goes to is in the acceptance, which the delivery's own row
// names; here are the reports that came, and how far return paths are gone.
//
//   of a delivery, for each report: 16 message id, 32 digest, octet 1 done
//   of the log's time: 8 begin of the run, 8 last, 8 horizon, all hours since 1970; 8 index
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/view.h"
#include "runtime/result.h"
#include "schemas/ids.h"
#include "schemas/return_path.h"

namespace waybill::projector {

using Reports = std::vector<schemas::ReturnPath::Report>;  // oldest first

void append_reports_row(const Reports& reports, std::string& out);
// Errc::corrupt.
runtime::Result<Reports> read_reports_row(std::string_view octets);

// What is kept of the log's own time, in hours since 1970. It moves by whole hours, so that a range
// is erased once in an hour.
struct LogTime {
  std::uint64_t run_began = 0;  // of the steps up to `last`, none was longer than kLongestGap
  std::uint64_t last = 0;
  std::uint64_t horizon = 0;  // the rule of is_gone()
  schemas::EventIndex moved_at;
};

void append_log_time(const LogTime& time, std::string& out);
// Errc::corrupt.
runtime::Result<LogTime> read_log_time(std::string_view octets);

// Whether the return path is gone of a delivery that began (by its id) before the horizon and was
// accepted before the horizon came there. One accepted later, by a clock that has gone back, stays.
bool is_gone(const LogTime& time, const schemas::DeliveryId& id, schemas::EventIndex accepted_at);

}  // namespace waybill::projector
