#include "projector/views/deliveries.h"

#include "projector/views/delivery_row.h"
#include "schemas/kind.h"

namespace waybill::projector {

using schemas::Event;

runtime::Result<void> Deliveries::list(std::string_view delivery_id, ArchivePlace place, bool opens,
                                       Rows& rows) {
  if (delivery_id.size() != kIdOctets) return {};
  const auto stored = rows.get(Table::deliveries, delivery_id);
  if (!stored) return stored.error();
  if (!*stored && !opens) return {};
  row_ = stored->value_or(std::string_view());
  if (row_.size() >= kMaxIndexesOctets) return {};
  append_index(row_, place.index);
  rows.put(Table::deliveries, delivery_id, row_);
  return {};
}

runtime::Result<void> Deliveries::fold(const Event& event, ArchivePlace place, Rows& rows) {
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->speaks_of_delivery) return {};
  // An event of a report's own message is listed with the delivery that it speaks of, if there is
  // one.
  const auto listed = list(event.reported_delivery_id(), place, false, rows);
  if (!listed) return listed;
  if (event.has_accepted() && event.accepted().targets_size() > 0) {
    for (const auto& chosen : event.accepted().targets()) {
      const auto opened = list(chosen.delivery_id(), place, true, rows);
      if (!opened) return opened;
    }
    return {};
  }
  return list(event.delivery_id(), place, true, rows);
}

}  // namespace waybill::projector
