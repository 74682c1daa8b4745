// The list of partitions that one server asks another for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::query {

// The field that has it: of these partitions alone is to be spoken (peers.h).
inline constexpr char kPartitionsField[] = "Waybill-Partitions";

// "0,3,5": decimal, ascending, none twice. nullopt for anything else.
std::optional<std::vector<std::uint32_t>> parse_partitions(std::string_view text);
std::string write_partitions(const std::vector<std::uint32_t>& partitions);

}  // namespace waybill::query
