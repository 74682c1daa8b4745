#include "query/feed/local_reading.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "schemas/event_text.h"
#include "schemas/kind.h"

namespace waybill::query::feed {
namespace {

using projector::ArchiveHole;
using runtime::Result;
using schemas::EventIndex;

// Read at one time; a piece may have some times as much JSON.
constexpr projector::ArchiveBounds kBounds{.events = 200, .octets = 64 << 10};

std::string gap_of(std::uint32_t partition, EventIndex from, EventIndex to) {
  boost::json::object out;
  out["partition"] = partition;
  out["from"] = from.value();
  out["to"] = to.value();
  return boost::json::serialize(out);
}

}  // namespace

// Behind events that are lost, which the reader is told. Gives where the next of them begin.
Result<EventIndex> LocalReading::pass_holes(EventIndex& at, EventIndex end, const Tell& tell,
                                            bool& goes_on) {
  if (!holes_) {
    auto known = archive_->holes();
    if (!known) return known.error();
    holes_ = std::move(*known);
  }
  for (const ArchiveHole& hole : *holes_) {
    if (hole.has(at) && goes_on) {
      const EventIndex from = std::exchange(at, hole.to);
      goes_on = tell({"gap", "gap", gap_of(partition_, from, hole.to), at});
    } else if (at < hole.from) {
      end = std::min(end, hole.from);
    }
  }
  return end;
}

Result<std::size_t> LocalReading::read(EventIndex& at, EventIndex end, const Filter& filter,
                                       const Tell& tell) {
  bool goes_on = true;
  const auto stop = pass_holes(at, end, tell, goes_on);
  if (!stop) return stop.error();
  if (at >= *stop || !goes_on) return 0;
  const auto records = archive_->read(at, *stop, kBounds);
  if (!records) return records.error();
  std::size_t looked_at = 0;
  for (const projector::ArchivedRecord& record : *records) {
    const EventIndex index = at++;
    ++looked_at;
    schemas::Event event;
    // A record of the log that is no event was counted when it was folded, and is in no history.
    if (!record.read(event) || is_of_feed(event) || !filter.wants(event)) continue;
    std::string json;
    schemas::append_json(json, event, schemas::EventPlace{partition_, index});
    if (!tell({schemas::kind_of(event), "event", json, at})) break;
  }
  return looked_at;
}

}  // namespace waybill::query::feed
