// The timeline: every event under each address that took part in it, newest first.
//
// An event is in the timelines of its alias, of its sender (unless that is null or not known) and
// of its target; an Accepted in those of each target that was chosen. Nothing is ever read back or
// changed.
#pragma once

#include <unordered_map>

#include "projector/key_codec.h"
#include "projector/view.h"

namespace waybill::projector {

class Timeline final : public View {
 public:
  std::string_view name() const override { return "timeline"; }
  runtime::Result<void> fold(const schemas::Event& event, Place place, Rows& rows) override;

 private:
  void put(Role role, std::string_view address, const schemas::Event& event, Place place,
           Rows& rows);
  const Prefix& prefix_of(Role role, std::string_view address);

  // Hashes of the addresses seen last: mail goes to the same few again and again. Only a memory of
  // timeline_prefix(); its loss changes no row.
  std::unordered_map<std::string, Prefix> prefixes_;
  std::string address_;  // these three are kept for their memory
  std::string key_;
  std::string row_;
};

}  // namespace waybill::projector
