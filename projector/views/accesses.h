// Accesses: who asked for what (Accessed), newest first: all of it, by what was looked at, and by
// who looked. Keys alone; the rest is in the archive.
#pragma once

#include <string>

#include "projector/rows/view.h"
#include "projector/views/accesses_key.h"

namespace waybill::projector {

class Accesses final : public View {
 public:
  const TableTraits& table() const override { return kAccessesTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;
};

}  // namespace waybill::projector
