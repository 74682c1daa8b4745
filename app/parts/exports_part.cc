#include "app/parts/exports_part.h"

#include "app/parts/disk_room.h"

namespace waybill::app {

using runtime::Explained;

namespace {

// Each piece of a job is one of theirs, and none waits in a queue that is longer.
constexpr std::size_t kPieces = 4;

}  // namespace

Explained<void> ExportsPart::start() {
  const Config& config = process_.config();
  query::exports::DeskParts parts;
  for (const query::LocalPartition& one : partitions_()) {
    parts.partitions.push_back(
        {one.partition, one.archive, [end = one.archive_end] { return end->index(); }});
  }
  if (parts.partitions.size() != count_) return {};
  workers_ = runtime::thread_workers("wb-exports", 1, kPieces);
  parts.directory = config.data_dir + "/exports";
  parts.clock = &process_.clock();
  parts.chance = chance_.get();
  parts.workers = workers_.get();
  parts.why_not = [this] { return why_not(); };
  const query::exports::DeskLimits limits{.keep = config.http.exports_keep,
                                          .most_octets = config.http.exports_max_size};
  desk_ = std::make_unique<query::exports::Desk>(std::move(parts), limits);
  return {};
}

// Mail needs the room more.
std::string ExportsPart::why_not() const {
  const auto room = room_on(process_.config().data_dir);
  if (!room || !room->below(kExportReserves)) return {};
  return "the disk has nothing to spare for exports";
}

}  // namespace waybill::app
