// Rows of `counters`: 9 x u64, big-endian, in the order of Count.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::projector {

// What is counted of one domain in one hour.
enum class Count : std::uint8_t {
  accepted,
  forwarded,
  rejected_by_policy,
  rejected_by_next_hop,
  deferred,
  dropped,
  bounced,
  in_doubt,
  octets,  // of accepted messages
};
inline constexpr std::size_t kCounts = 9;
// "accepted", "rejected_by_policy", ...
std::string_view name_of(Count count);

using Counts = std::array<std::uint64_t, kCounts>;

void append_counters_row(const Counts& counts, std::string& out);
// Errc::corrupt.
runtime::Result<Counts> read_counters_row(std::string_view octets);

}  // namespace waybill::projector
