// What is said of events that a partition's archive has lost (projector/archive/archive_holes.h).
#pragma once

#include <cstdint>
#include <string>

#include "projector/archive/archive_holes.h"

namespace waybill::app {

// "3 events of partition 0 (from number 40 on, between ... and ...) cannot be read and are missing
// from history".
std::string hole_words(std::uint32_t partition, const projector::ArchiveHole& hole);

}  // namespace waybill::app
