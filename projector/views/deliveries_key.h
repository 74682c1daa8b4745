// The table `deliveries`. A key is a delivery id, 16 octets, which begins with its time (UUIDv7): a
// new delivery is mostly beyond all others.
#pragma once

#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kDeliveriesTable{.table = Table::deliveries,
                                              .name = "deliveries",
                                              .is_view = true,
                                              .writes = Writes::states,
                                              .buffer_sixteenths = 3,
                                              .filters_memory = true};

}  // namespace waybill::projector
