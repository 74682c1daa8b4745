// Deliveries: one row a delivery id, that is message x alias x target, with what became of it.
//
// An Accepted opens the row of each target it chose. The outcome (Forwarded, Rejected, Deferred,
// Dropped, InDoubt) moves it on; a report moves one that was handed over to "bounced" or, said by a
// positive DSN alone, to "delivered". Reports that end nothing (delayed, relayed, expanded, an
// auto-reply, a complaint) are listed and change no state. A late fact never moves a delivery back.
#pragma once

#include "projector/rows/view.h"
#include "projector/views/deliveries_key.h"
#include "projector/views/delivery_row.h"

namespace waybill::projector {

// The state after `event` for a delivery that was in `now`.
DeliveryState state_after(DeliveryState now, const schemas::Event& event);

class Deliveries final : public View {
 public:
  const TableTraits& table() const override { return kDeliveriesTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  runtime::Result<void> fold_one(std::string_view delivery_id, std::string_view target,
                                 const schemas::Event& event, ArchivePlace place, Rows& rows);

  // An event of a report's own message is listed with the delivery it speaks of; it changes no
  // state there.
  runtime::Result<void> list_report(const schemas::Event& event, ArchivePlace place, Rows& rows);

  std::string row_;  // both kept for their memory
  std::string indexes_;
};

}  // namespace waybill::projector
