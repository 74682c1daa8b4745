#include "projector/archive/archive.h"

#include <algorithm>

#include "projector/archive/archive_holes.h"
#include "projector/archive/archive_key.h"
#include "runtime/check.h"
#include "schemas/compact_record.h"
#include "schemas/lean_record.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;

ArchivedRecord ArchivedRecord::of(std::string_view record) {
  std::string row;
  schemas::Event event;
  if (schemas::read_record(record, event)) {
    schemas::append_compact(record, event, row);
  } else {
    schemas::append_as_is(record, row);
  }
  return ArchivedRecord(std::move(row));
}

bool ArchivedRecord::read(schemas::Event& out) const {
  return schemas::read_compact(row_, out).has_value();
}

Result<std::string> ArchivedRecord::octets() const { return schemas::record_of_compact(row_); }

Result<std::vector<ArchivedRecord>> Archive::read(schemas::EventIndex index,
                                                  schemas::EventIndex end,
                                                  const ArchiveBounds& bounds) const {
  runtime::check(index < end && bounds.events > 0, "a read of the archive asks for an event");
  const schemas::EventIndex stop = index + std::min<std::uint64_t>(end - index, bounds.events);
  std::vector<ArchivedRecord> records;
  std::size_t octets = 0;
  bool full = false;
  const auto scanned = store_.scan(Table::archive, archive_key(index), archive_key(stop),
                                   [&](std::string_view key, std::string_view value) {
                                     if (key != archive_key(index + records.size())) return false;
                                     full =
                                         !records.empty() && octets + value.size() > bounds.octets;
                                     if (full) return false;
                                     octets += value.size();
                                     records.emplace_back(std::string(value));
                                     return true;
                                   });
  if (!scanned) return scanned.error();
  if (!full && index + records.size() != stop) return make_error_code(Errc::corrupt);
  return records;
}

Result<ArchivedRecord> Archive::at(schemas::EventIndex index) const {
  auto row = store_.get(Table::archive, archive_key(index));
  if (row) return ArchivedRecord(std::move(*row));
  return row.error() == Errc::not_found ? make_error_code(Errc::corrupt) : row.error();
}

Result<std::vector<ArchivedRecord>> Archive::at(
    const std::vector<schemas::EventIndex>& indexes) const {
  std::vector<std::string> keys;
  keys.reserve(indexes.size());
  for (const schemas::EventIndex index : indexes) keys.push_back(archive_key(index));
  auto rows = store_.get_all(Table::archive, keys);
  if (!rows) return rows.error() == Errc::not_found ? make_error_code(Errc::corrupt) : rows.error();
  std::vector<ArchivedRecord> records;
  records.reserve(rows->size());
  for (std::string& row : *rows) records.emplace_back(std::move(row));
  return records;
}

Result<void> Archive::check_end(schemas::EventIndex end) const {
  if (end > schemas::EventIndex()) {
    if (const auto last = at(end - 1); !last) {
      const auto holes = read_holes(store_);
      if (!holes) return holes.error();
      if (holes->empty() || !holes->back().has(end - 1)) return last.error();
    }
  }
  const auto beyond = store_.get(Table::archive, archive_key(end));
  if (beyond) return make_error_code(Errc::corrupt);
  if (beyond.error() != Errc::not_found) return beyond.error();
  return {};
}

}  // namespace waybill::projector
