// Messages: which events speak of a message, and which messages bore an RFC 5322 Message-ID. Keys
// alone; every value is empty.
#pragma once

#include "projector/view.h"

namespace waybill::projector {

class Messages final : public View {
 public:
  std::string_view name() const override { return "messages"; }
  runtime::Result<void> fold(const schemas::Event& event, Place place, Rows& rows) override;

 private:
  std::string key_;  // kept for its memory
};

}  // namespace waybill::projector
