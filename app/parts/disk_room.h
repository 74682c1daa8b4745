// What is left of the disk of the data directory, and whom it is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace waybill::app {

// The room for what was accepted already, and for the views: one part of kReserveParts of the disk,
// and no more than kMostReserve. Below it new mail is answered 452.
inline constexpr std::uint64_t kReserveParts = 20;
inline constexpr std::uint64_t kMostReserve = 128 << 20;  // octets
// Below so many times of it, who asks for history is not put on record: that room is for mail.
inline constexpr std::uint64_t kSpareReserves = 2;
// Below so many, exports wait: that room is for records of who asked, too.
inline constexpr std::uint64_t kExportReserves = 4;

struct DiskRoom {
  std::uint64_t available = 0;  // octets
  std::uint64_t reserve = 0;

  bool below(std::uint64_t reserves) const { return available < reserves * reserve; }
};

// nullopt: it cannot be asked. Any thread.
std::optional<DiskRoom> room_on(const std::string& directory);

}  // namespace waybill::app
