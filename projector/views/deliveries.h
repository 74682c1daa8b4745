// Deliveries: one row a delivery id, that is message x alias x target, with the events that speak
// of it; what became of it follows from them (delivery_row.h).
//
// An Accepted opens the row of each target it chose. The outcome (Forwarded, Rejected, Deferred,
// Dropped, InDoubt) moves the delivery on; a report moves one that was handed over to "bounced" or,
// said by a positive DSN alone, to "delivered". Reports that end nothing (delayed, relayed,
// expanded, an auto-reply, a complaint) are listed and change no state. A late fact never moves a
// delivery back.
#pragma once

#include "projector/rows/key_codec.h"
#include "projector/rows/view.h"
#include "projector/views/deliveries_key.h"

namespace waybill::projector {

class Deliveries final : public View {
 public:
  const TableTraits& table() const override { return kDeliveriesTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  // Adds the event to the delivery's row; `opens`: makes one that is not there.
  runtime::Result<void> list(std::string_view delivery_id, ArchivePlace place, bool opens,
                             Rows& rows);

  std::string row_;  // kept for its memory
};

}  // namespace waybill::projector
