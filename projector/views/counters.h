// Counters: nine numbers a domain and hour (UTC), counted by event. The domain is empty where none
// of ours was named. A row is 9 x u64, big-endian, in the order of Count.
#pragma once

#include "projector/history.h"
#include "projector/view.h"

namespace waybill::projector {

using Counts = std::array<std::uint64_t, kCounts>;

void append_counters_row(const Counts& counts, std::string& out);
// Errc::corrupt.
runtime::Result<Counts> read_counters_row(std::string_view octets);

class Counters final : public View {
 public:
  std::string_view name() const override { return "counters"; }
  runtime::Result<void> fold(const schemas::Event& event, Place place, Rows& rows) override;

 private:
  std::string key_;  // both kept for their memory
  std::string row_;
};

}  // namespace waybill::projector
