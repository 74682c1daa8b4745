// Views of a partition folded anew in a directory beside them, which takes their place at the end:
// cut off anywhere, the old ones are there as they were.
#pragma once

#include <cstdint>
#include <string>

#include "app/roles/log_holes.h"
#include "projector/archive/archive_holes.h"
#include "projector/projector.h"

namespace waybill::app {

struct Rebuilt {
  schemas::EventIndex events;
  projector::ArchiveHoles holes;  // what of the archive is lost
};

// Nobody may run on `data_dir`: Errc::locked. What of the archive cannot be read is taken from the
// journal beside the views, where it is there and has it, or from the log that `read_log` reads,
// where that is not empty. Needs room for a second set of views; for
// a second archive too where that is damaged.
runtime::Explained<Rebuilt> rebuild_partition(const std::string& data_dir, std::uint32_t partition,
                                              const projector::RebuildProgress& progress,
                                              const ReadLog& read_log);

}  // namespace waybill::app
