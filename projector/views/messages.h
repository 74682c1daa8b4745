// Messages: which events speak of a message, and which messages bore an RFC 5322 Message-ID. Keys
// alone; every value is empty.
#pragma once

#include "projector/rows/view.h"
#include "projector/views/messages_key.h"

namespace waybill::projector {

class Messages final : public View {
 public:
  const TableTraits& table() const override { return kMessagesTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  std::string key_;  // kept for its memory
};

}  // namespace waybill::projector
