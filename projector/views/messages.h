// Messages: which events speak of a message, and which messages bore an RFC 5322 Message-ID. Keys
// alone; every value is empty.
//
// The acceptance and the outcomes of a delivery whose id begins as the message's (schemas/ids.h)
// are found with the deliveries that begin so, and have no row here: that is most of them.
#pragma once

#include "projector/rows/view.h"
#include "projector/views/messages_key.h"

namespace waybill::projector {

// Whether the row of one of its message's own deliveries lists the event. Bounced is never one: how
// many of them there are, others decide, and that row is bounded.
bool is_found_by_delivery(const schemas::Event& event);

class Messages final : public View {
 public:
  const TableTraits& table() const override { return kMessagesTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  std::string key_;  // kept for its memory
};

}  // namespace waybill::projector
