// The table `meta`, whose keys are words (positions.h).
#pragma once

#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kMetaTable{
    .table = Table::meta, .name = "meta", .is_view = false, .writes = Writes::lines};

}  // namespace waybill::projector
