// rebuild_views() and digest_views(): these two functions hold the promise "a view is a pure
// function of the log" against a store.

#include "projector/archive/archive.h"
#include "projector/fold.h"
#include "projector/positions.h"
#include "projector/projector.h"
#include "projector/tables.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

constexpr std::uint64_t kEventsPerReport = 10'000;

Result<void> mark_layout(ViewStore& store, const Layout& layout) {
  WriteBatch batch;
  put_layout(batch, layout);
  if (const auto applied = store.apply(batch); !applied) return applied;
  return store.sync();
}

void update_sized(runtime::Sha256& hash, std::string_view octets) {
  std::string size;
  append_be64(size, octets.size());
  hash.update(size);
  hash.update(octets);
}

}  // namespace

Result<void> rebuild_views(ViewStore& store, std::uint32_t partition,
                           const RebuildProgress& progress) {
  const auto stands = read_progress(store);
  if (!stands) return stands.error();
  const EventIndex end = stands->next_index;
  // Before anything is dropped: views that answer are worth more than a rebuild that cannot end.
  if (const auto whole = Archive(store).verify(end); !whole) return whole;
  if (const auto marked = mark_layout(store, {kLayoutBeingRebuilt, partition}); !marked)
    return marked;
  for (const TableTraits& traits : kTableTraits) {
    if (!traits.is_view) continue;
    if (const auto dropped = store.drop(traits.table); !dropped) return dropped;
  }

  const Archive archive(store);
  Fold fold(store, partition);
  schemas::Event event;
  EventIndex told;
  for (EventIndex index; index < end;) {
    // Read out first: a scan must not write.
    const auto records = archive.read(index, end);
    if (!records) return records.error();
    for (const ArchivedRecord& record : *records) {
      if (record.read(event)) {
        if (const auto folded = fold.add(event, index); !folded) return folded;
      }
      ++index;
    }
    if (const auto applied = fold.apply(); !applied) return applied;
    if (progress && (index - told >= kEventsPerReport || index == end)) {
      if (!progress(index.value(), end.value())) return make_error_code(Errc::closed);
      told = index;
    }
  }
  return mark_layout(store, {kViewLayout, partition});
}

Result<std::string> digest_views(const ViewStore& store) {
  runtime::Sha256 hash;
  for (const TableTraits& traits : kTableTraits) {
    if (!traits.is_view) continue;
    const auto scanned =
        store.scan(traits.table, {}, {}, [&](std::string_view key, std::string_view value) {
          update_sized(hash, traits.name);
          update_sized(hash, key);
          update_sized(hash, value);
          return true;
        });
    if (!scanned) return scanned.error();
  }
  return runtime::hex(hash.finish());
}

}  // namespace waybill::projector
