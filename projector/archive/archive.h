// Archive: the one reader of a partition's events, each under its index, dense from 0. A row has
// what the log had without what an event repeats, and gives it back octet for octet
// (schemas/compact_record.h). Rebuild folds them again, and history looks them up; a reader that
// comes later goes on from an index of its own (archive_end.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projector/archive/archive_holes.h"
#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "schemas/event.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// How much one read brings into memory: the first bound that is met ends it.
struct ArchiveBounds {
  std::size_t events = 5'000;
  std::size_t octets = 4 << 20;  // one event at least is read, whatever its size
};

// A row of the archive.
class ArchivedRecord {
 public:
  explicit ArchivedRecord(std::string row) : row_(std::move(row)) {}
  // Of what the log has.
  static ArchivedRecord of(std::string_view record);

  const std::string& row() const { return row_; }

  // False: the record is no event.
  bool read(schemas::Event& out) const;
  // The octets that the log had. Errc::corrupt: the row cannot be read.
  runtime::Result<std::string> octets() const;

 private:
  std::string row_;
};

// Reads block (RocksDB): call it from a thread that may wait. Any thread, beside the one writer;
// the store outlives it.
class Archive {
 public:
  explicit Archive(const ViewReader& store) : store_(store) {}

  // The events from `index` on and below `end`, as far as the bounds let; at least one. `end` is at
  // most where the archive ends (Progress, ArchiveEnd). Errc::corrupt: an event is missing.
  runtime::Result<std::vector<ArchivedRecord>> read(schemas::EventIndex index,
                                                    schemas::EventIndex end,
                                                    const ArchiveBounds& bounds = {}) const;

  // The record that a row of the views names. Errc::corrupt: it is missing.
  runtime::Result<ArchivedRecord> at(schemas::EventIndex index) const;
  // Those of all that are named, in their order.
  runtime::Result<std::vector<ArchivedRecord>> at(
      const std::vector<schemas::EventIndex>& indexes) const;

  // Those that are known, ascending (archive_holes.h). Errc::corrupt.
  runtime::Result<ArchiveHoles> holes() const { return read_holes(store_); }

  // Errc::corrupt: the archive does not end exactly before `end`, nor with a hole that is known
  // (archive_holes.h).
  runtime::Result<void> check_end(schemas::EventIndex end) const;

 private:
  const ViewReader& store_;
};

}  // namespace waybill::projector
