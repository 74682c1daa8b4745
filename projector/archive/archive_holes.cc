#include "projector/archive/archive_holes.h"

#include "projector/archive/archive_key.h"
#include "projector/rows/key_codec.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

namespace {

constexpr std::size_t kValue = 24;

void add_hole(ArchiveHoles& holes, EventIndex from, EventIndex to) {
  if (from >= to) return;
  if (!holes.empty() && holes.back().to == from) {
    holes.back().to = to;
  } else {
    holes.push_back({from, to});
  }
}

// The first event from `index` on that can be read, or `end`. One by one: a block that is damaged
// has some dozens.
EventIndex readable_from(const ViewReader& store, EventIndex index, EventIndex end) {
  while (index < end && !store.get(Table::archive, archive_key(index))) ++index;
  return index;
}

}  // namespace

Result<ArchiveHoles> find_holes(const ViewReader& store, EventIndex end) {
  ArchiveHoles holes;
  for (EventIndex next; next < end;) {
    const auto scanned = store.scan(Table::archive, archive_key(next), archive_key(end),
                                    [&](std::string_view key, std::string_view) {
                                      const EventIndex index(read_be64(key));
                                      add_hole(holes, next, index);
                                      next = index + 1;
                                      return true;
                                    });
    if (scanned) {
      add_hole(holes, next, end);
      break;
    }
    if (scanned.error() != Errc::corrupt) return scanned.error();
    const EventIndex good = readable_from(store, next, end);
    add_hole(holes, next, good);
    // What a look-up can read and a scan cannot is read again by the scan from there on.
    if (good == next) {
      add_hole(holes, next, next + 1);
      ++next;
    } else {
      next = good;
    }
  }
  return holes;
}

bool read_hole(std::string_view key, std::string_view value, ArchiveHoles& holes) {
  if (key.size() != kHolePrefix.size() + 8 || value.size() != kValue) return false;
  holes.push_back({EventIndex(read_be64(key.substr(kHolePrefix.size()))),
                   EventIndex(read_be64(value)), read_be64(value.substr(8)),
                   read_be64(value.substr(16))});
  return true;
}

Result<ArchiveHoles> read_holes(const ViewReader& store) {
  ArchiveHoles holes;
  bool whole = true;
  const auto scanned = store.scan(Table::meta, kHolePrefix, after_prefix(kHolePrefix),
                                  [&](std::string_view key, std::string_view value) {
                                    whole = read_hole(key, value, holes);
                                    return whole;
                                  });
  if (!scanned) return scanned.error();
  if (!whole) return make_error_code(Errc::corrupt);
  return holes;
}

void put_holes(WriteBatch& batch, const ArchiveHoles& holes) {
  batch.erase_range(Table::meta, kHolePrefix, after_prefix(kHolePrefix));
  for (const ArchiveHole& hole : holes) {
    std::string key(kHolePrefix);
    append_be64(key, hole.from.value());
    std::string value;
    append_be64(value, hole.to.value());
    append_be64(value, hole.after);
    append_be64(value, hole.before);
    batch.put(Table::meta, key, value);
  }
}

}  // namespace waybill::projector
