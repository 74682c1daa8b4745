// The table `return_paths` and its keys:
//
//   'd' | delivery id 16
//   'h'                   the log's time, and how far rows are erased (return_paths.cc)
//
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kReturnPathsTable{.table = Table::return_paths,
                                               .name = "return_paths",
                                               .is_view = true,
                                               .writes = Writes::states,
                                               .buffer_sixteenths = 4};

inline constexpr std::string_view kReturnPathTag = "d";
inline constexpr std::string_view kHorizonKey = "h";

// `rest`: a delivery id, or its beginning.
inline std::string return_path_key(std::string_view rest) {
  return std::string(kReturnPathTag).append(rest);
}

}  // namespace waybill::projector
