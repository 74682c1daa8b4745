#include "projector/views/counters_row.h"

#include "projector/rows/row_codec.h"
#include "runtime/check.h"

namespace waybill::projector {

std::string_view name_of(Count count) {
  switch (count) {
    case Count::accepted: return "accepted";
    case Count::forwarded: return "forwarded";
    case Count::rejected_by_policy: return "rejected_by_policy";
    case Count::rejected_by_next_hop: return "rejected_by_next_hop";
    case Count::deferred: return "deferred";
    case Count::dropped: return "dropped";
    case Count::bounced: return "bounced";
    case Count::in_doubt: return "in_doubt";
    case Count::octets: return "octets";
  }
  runtime::check(false, "a count is one of kCounts");
  return {};
}

void append_counters_row(const Counts& counts, std::string& out) {
  RowWriter row(out);
  for (const std::uint64_t count : counts) row.fixed64(count);
}

runtime::Result<Counts> read_counters_row(std::string_view octets) {
  RowReader row(octets);
  Counts counts;
  for (std::uint64_t& count : counts) count = row.fixed64();
  if (!row.ok() || !row.at_end()) return make_error_code(runtime::Errc::corrupt);
  return counts;
}

}  // namespace waybill::projector
