// ProjectorRole: folds the log into the views of this process's partitions, on threads of its own,
// and syncs them now and then.
//
// A thread folds the partitions that it was given, one batch of each in turn. Views of another
// layout are folded anew first, one partition after the other; log lines say how far that is. A
// partition that fails (its store, or its position in the log) is tried again later, and a log line
// says why; the others go on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/roles/partition_views.h"
#include "projector/archive/archive_holes.h"
#include "runtime/failure.h"
#include "runtime/metrics.h"

namespace waybill::app {

// The longest pause between two tries of a partition: where something was missing (room, a
// descriptor, a disk), and where something is damaged or gone, which only an operator mends.
inline constexpr std::chrono::seconds kMaxPause{15};
inline constexpr std::chrono::seconds kMaxPauseOfDamage{300};

class ProjectorRole {
 public:
  // Stops after the batches under way.
  virtual ~ProjectorRole() = default;
  // Empty while all is folded; else why not, partition by partition.
  virtual std::string failure() const = 0;
  // Empty while no views are folded anew; else how far that is, partition by partition.
  virtual std::string folding_anew() const = 0;
  // That partition is folded anew, or not folded until one of its next tries succeeds.
  virtual bool failed(std::uint32_t partition) const = 0;
};

struct ProjectorParts {
  // The stream of these partitions from these positions.
  std::function<runtime::Explained<std::unique_ptr<ingest::EventStream>>(
      std::vector<ingest::StreamPosition> positions)>
      read;
  // Called on the folding thread once a partition's views are synced, whether or not anything came:
  // everything below its position is in them for good. May be empty.
  std::function<void(const PartitionViews&)> settled;
  // The record of the log that stood under this index of a partition's archive, for what of the
  // archive cannot be read; may be empty.
  std::function<runtime::Result<std::string>(std::uint32_t partition, schemas::EventIndex index)>
      record;
  // Called on the folding thread once views were folded anew, where events of their archive are
  // lost. May be empty.
  std::function<void(std::uint32_t partition, const projector::ArchiveHoles& holes)> lost;
  std::uint32_t threads = 1;
};

// The views and what `parts` refers to outlive it.
std::unique_ptr<ProjectorRole> start_projector(const ManyViews& views, ProjectorParts parts,
                                               runtime::Metrics& metrics);

}  // namespace waybill::app
