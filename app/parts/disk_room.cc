#include "app/parts/disk_room.h"

#include <algorithm>
#include <filesystem>

namespace waybill::app {

std::optional<DiskRoom> room_on(const std::string& directory) {
  std::error_code failed;
  const auto space = std::filesystem::space(directory, failed);
  if (failed) return std::nullopt;
  return DiskRoom{space.available,
                  std::min<std::uint64_t>(space.capacity / kReserveParts, kMostReserve)};
}

}  // namespace waybill::app
