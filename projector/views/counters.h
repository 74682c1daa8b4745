// Counters: nine numbers a domain and hour (UTC), counted by event. The domain is empty where none
// of ours was named.
#pragma once

#include <string>

#include "projector/rows/view.h"
#include "projector/views/counters_key.h"
#include "projector/views/counters_row.h"

namespace waybill::projector {

class Counters final : public View {
 public:
  const TableTraits& table() const override { return kCountersTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  std::string key_;  // both kept for their memory
  std::string row_;
};

}  // namespace waybill::projector
