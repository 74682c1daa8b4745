// Control: what steers, as it is now: the newest event of each thing that was ever steered.
#pragma once

#include "projector/rows/view.h"
#include "projector/views/control_key.h"

namespace waybill::projector {

class Control final : public View {
 public:
  const TableTraits& table() const override { return kControlTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;
};

}  // namespace waybill::projector
