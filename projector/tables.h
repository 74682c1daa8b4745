// Every table of a store, one row each, in the order of Table. A new view has an enumerator there
// and a row here; nothing else lists tables.
#pragma once

#include <algorithm>
#include <array>

#include "projector/archive/archive_key.h"
#include "projector/meta_table.h"
#include "projector/rows/table.h"
#include "projector/views/accesses_key.h"
#include "projector/views/control_key.h"
#include "projector/views/counters_key.h"
#include "projector/views/deliveries_key.h"
#include "projector/views/figures_key.h"
#include "projector/views/messages_key.h"
#include "projector/views/return_paths_key.h"
#include "projector/views/terms_key.h"
#include "projector/views/timeline_key.h"

namespace waybill::projector {

inline constexpr std::array kTableTraits{
    kMetaTable,     kArchiveTable,  kTimelineTable,    kDeliveriesTable,
    kMessagesTable, kCountersTable, kReturnPathsTable, kAccessesTable,
    kControlTable,  kFiguresTable,  kTermsTable,
};
inline constexpr std::size_t kTables = kTableTraits.size();

constexpr const TableTraits& traits_of(Table table) {
  return kTableTraits[static_cast<std::size_t>(table)];
}
constexpr std::string_view name_of(Table table) { return traits_of(table).name; }

namespace table_rows {  // what must hold of the rows above

constexpr bool each_in_its_place() {
  for (std::size_t i = 0; i < kTables; ++i) {
    if (kTableTraits[i].table != static_cast<Table>(i)) return false;
  }
  return true;
}
static_assert(kTables == static_cast<std::size_t>(Table::end) && each_in_its_place(),
              "a row for each enumerator of Table, in their order");

constexpr bool named_apart() {
  for (std::size_t i = 0; i < kTables; ++i) {
    if (kTableTraits[i].name.empty()) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (kTableTraits[i].name == kTableTraits[j].name) return false;
    }
  }
  return true;
}
static_assert(named_apart(), "names are names of column families");

// A table whose share is full has those of all tables written out (atomic_flush). That is to be the
// timeline, which grows fastest; what the others have stands half empty then, so that the shares
// may sum up to more than the whole, and do so to less than twice of it.
constexpr bool shares_are_bounded() {
  unsigned sum = 0;
  for (const TableTraits& traits : kTableTraits) {
    if (traits.buffer_sixteenths > kTimelineTable.buffer_sixteenths) return false;
    sum += traits.buffer_sixteenths;
  }
  return sum < 2 * 16;
}
static_assert(shares_are_bounded());

static_assert(std::all_of(kTableTraits.begin(), kTableTraits.end(),
                          [](const TableTraits& traits) {
                            return (traits.filter_prefix > 0) == (traits.octets_per_place > 0);
                          }),
              "rows by prefix stand in a hash table, whose places are counted");

}  // namespace table_rows

}  // namespace waybill::projector
