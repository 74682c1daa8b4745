// The timeline: every event under each address that took part in it, newest first.
//
// An event is in the timelines of its alias, of its sender (the null sender too, under the empty
// address; unless it is not known) and of its target; an Accepted in those of each target that was
// chosen. It is in that of its client, by IP address, where it says what the client was told: each
// kind but Accepted, whose outcome does. The alias's line is whole, those of the others point into
// the archive: an alias's page is what is asked for most. Nothing is ever read back or changed.
#pragma once

#include <string>
#include <vector>

#include "projector/rows/view.h"
#include "projector/views/timeline_key.h"

namespace waybill::projector {

class Timeline final : public View {
 public:
  Timeline();
  ~Timeline() override;

  const TableTraits& table() const override { return kTimelineTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;

 private:
  struct Remembered;
  struct Name {
    Role role;
    std::string_view address;
    Remembered* place;  // nullptr: none is kept for it
  };
  Name name_of(Role role, std::string_view address);
  TimelinePrefix prefix_of(const Name& name);
  void put(const Name& name, const schemas::Event& event, ArchivePlace place, Rows& rows);

  // Hashes of the addresses seen last: mail goes to the same few again and again. Each name has one
  // place, which the next name of that place takes over. Only a memory of timeline_prefix(); its
  // loss changes no row.
  std::vector<Remembered> remembered_;
  std::vector<Name> targets_;  // all three kept for their memory
  std::string key_;
  std::string row_;
};

}  // namespace waybill::projector
