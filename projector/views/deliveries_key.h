// The table `deliveries`. A key is a delivery id, 16 octets, which begins with its time (UUIDv7): a
// new delivery is mostly beyond all others. The deliveries of a message stand side by side.
#pragma once

#include "projector/rows/table.h"
#include "schemas/ids.h"

namespace waybill::projector {

inline constexpr TableTraits kDeliveriesTable{.table = Table::deliveries,
                                              .name = "deliveries",
                                              .is_view = true,
                                              .writes = Writes::states,
                                              .buffer_sixteenths = 3,
                                              // Look-ups of single rows, of some 20 octets.
                                              .block_kib = 2,
                                              .filter_prefix = schemas::kSharedByDeliveries,
                                              // About one row.
                                              .octets_per_place = 64,
                                              .filters = Filters::above_last_level,
                                              .scattered = true,
                                              .packing = Packing::fast};

}  // namespace waybill::projector
