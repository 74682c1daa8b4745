// Sets of partitions as a command line writes them: "0-11", "0,3,5-7", "all".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/failure.h"

namespace waybill::app {

// Ascending, none twice, all below `count`. Errc::invalid; the words say what was expected.
runtime::Explained<std::vector<std::uint32_t>> parse_partition_set(std::string_view text,
                                                                   std::uint32_t count);

}  // namespace waybill::app
