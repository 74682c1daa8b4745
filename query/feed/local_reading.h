// LocalReading: a partition whose archive is in this process, read from a place on, line by line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "projector/archive/archive.h"
#include "query/feed/filter.h"

namespace waybill::query::feed {

// What is told of one partition at one place: an event, or that events are lost.
struct Line {
  std::string_view kind;    // "gap", or that of the event
  std::string_view member;  // "event" or "gap": what `json` is
  std::string_view json;
  schemas::EventIndex next;  // where the partition goes on behind it

  bool is_event() const { return member == "event"; }
};

// False: no more for now. What a line has is valid for as long as it is told.
using Tell = std::function<bool(const Line&)>;

class LocalReading {
 public:
  LocalReading(std::uint32_t partition, std::shared_ptr<const projector::Archive> archive)
      : partition_(partition), archive_(std::move(archive)) {}

  // One read of the archive, from `at` on and below `end`: what of it is wanted is told, and `at`
  // stands behind each line once that is told, and behind all that was looked at in the end. Gives
  // how many events that were. Blocks. An error: Archive::read().
  runtime::Result<std::size_t> read(schemas::EventIndex& at, schemas::EventIndex end,
                                    const Filter& filter, const Tell& tell);

 private:
  runtime::Result<schemas::EventIndex> pass_holes(schemas::EventIndex& at, schemas::EventIndex end,
                                                  const Tell& tell, bool& goes_on);

  const std::uint32_t partition_;
  const std::shared_ptr<const projector::Archive> archive_;
  std::optional<projector::ArchiveHoles> holes_;  // once it was looked
};

}  // namespace waybill::query::feed
