// The tables that are no views: `archive`, the raw events by index (one store is one partition),
// and `meta`, whose keys are words (positions.h).
#pragma once

#include <string>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kMetaTable{
    .table = Table::meta, .name = "meta", .is_view = false, .writes = Writes::lines};
inline constexpr TableTraits kArchiveTable{.table = Table::archive,
                                           .name = "archive",
                                           .is_view = false,
                                           .writes = Writes::lines,
                                           .buffer_sixteenths = 6};

// index 8
inline std::string archive_key(std::uint64_t index) {
  std::string key;
  append_be64(key, index);
  return key;
}

}  // namespace waybill::projector
