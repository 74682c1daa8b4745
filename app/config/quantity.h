// Sizes and times as people write them: "50 MiB", "300 s". One unit each, no fractions, one
// optional space between number and unit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waybill::app {

// Octets: units B, KB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024). Nothing for other
// text and for what does not fit 64 bits.
std::optional<std::uint64_t> parse_octets(std::string_view text);

// Units s, min, h, d. Nothing for other text and beyond 68 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// In the largest unit that divides: "50 MiB", "1000 B"; "5 min", "3 d".
std::string octets_text(std::uint64_t octets);
std::string duration_text(std::chrono::seconds time);

}  // namespace waybill::app
