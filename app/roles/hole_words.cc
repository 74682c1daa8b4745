#include "app/roles/hole_words.h"

#include "schemas/event.h"

namespace waybill::app {

std::string hole_words(std::uint32_t partition, const projector::ArchiveHole& hole) {
  std::string when;
  if (hole.after != 0) when += ", after " + schemas::rfc3339(schemas::wall_time(hole.after));
  if (hole.before != 0) when += ", before " + schemas::rfc3339(schemas::wall_time(hole.before));
  return std::to_string(hole.to - hole.from) + " events of partition " + std::to_string(partition) +
         " (from index " + std::to_string(hole.from.value()) + " on" + when +
         ") cannot be read in the archive and are missing from history";
}

}  // namespace waybill::app
