// Archive: the one reader of a partition's events, each under its index, dense from 0, with the
// octets that the log had. Rebuild folds them again, and history looks them up; a reader that comes
// later goes on from an index of its own (archive_end.h).
#pragma once

#include <string>
#include <vector>

#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// How much one read brings into memory: the first bound that is met ends it.
struct ArchiveBounds {
  std::size_t events = 5'000;
  std::size_t octets = 4 << 20;  // one event at least is read, whatever its size
};

// Reads block (RocksDB): call it from a thread that may wait. Any thread, beside the one writer;
// the store outlives it.
class Archive {
 public:
  explicit Archive(const ViewStore& store) : store_(store) {}

  // The events from `index` on and below `end`, as far as the bounds let; at least one. `end` is at
  // most where the archive ends (Progress, ArchiveEnd). Errc::corrupt: an event is missing.
  runtime::Result<std::vector<std::string>> read(schemas::EventIndex index, schemas::EventIndex end,
                                                 const ArchiveBounds& bounds = {}) const;

  // The event that a row of the views names. Errc::corrupt: it is missing.
  runtime::Result<std::string> at(schemas::EventIndex index) const;

  // Reads every event below `end`. Errc::corrupt: one is missing or cannot be read.
  runtime::Result<void> verify(schemas::EventIndex end) const;

  // Errc::corrupt: the archive does not end exactly before `end`.
  runtime::Result<void> check_end(schemas::EventIndex end) const;

 private:
  const ViewStore& store_;
};

}  // namespace waybill::projector
