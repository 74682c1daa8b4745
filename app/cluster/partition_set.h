// Sets of partitions as a command line writes them: "0-11", "0,3,5-7", "all".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::app {

// Ascending, none twice, all below `count`. nullopt, and in `why` what was expected.
std::optional<std::vector<std::uint32_t>> parse_partition_set(std::string_view text,
                                                              std::uint32_t count,
                                                              std::string& why);

}  // namespace waybill::app
