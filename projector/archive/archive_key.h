// The table `archive`: the raw events of a partition by index.
#pragma once

#include <string>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr TableTraits kArchiveTable{.table = Table::archive,
                                           .name = "archive",
                                           .is_view = false,
                                           .writes = Writes::lines,
                                           .buffer_sixteenths = 6,
                                           // Look-ups of single events, of some 350 octets.
                                           .block_kib = 4,
                                           .filters = Filters::none,
                                           .scattered = true,
                                           .packing = Packing::dictionary};

// index 8
inline std::string archive_key(schemas::EventIndex index) {
  std::string key;
  append_be64(key, index.value());
  return key;
}

}  // namespace waybill::projector
