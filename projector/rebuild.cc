// rebuild_views() and digest_views(): the two that hold the promise "a view is a pure function of
// the log" against a store.

#include <algorithm>

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

constexpr std::size_t kEventsPerBatch = 5'000;
constexpr std::uint64_t kEventsPerReport = 10'000;

Result<void> mark_layout(ViewStore& store, const Layout& layout) {
  WriteBatch batch;
  put_layout(batch, layout);
  if (const auto applied = store.apply(batch); !applied) return applied;
  return store.sync();
}

// The raw events from `index` on, kEventsPerBatch at most; they are read out first because a visit
// must not write. Errc::corrupt where one is missing.
Result<std::vector<std::string>> read_archive(const ViewStore& store, std::uint64_t index,
                                              std::uint64_t end) {
  const std::uint64_t stop = std::min(end, index + kEventsPerBatch);
  std::vector<std::string> records;
  const auto scanned = store.scan(Table::archive, archive_key(index), archive_key(stop),
                                  [&](std::string_view key, std::string_view value) {
                                    if (key != archive_key(index + records.size())) return false;
                                    records.emplace_back(value);
                                    return true;
                                  });
  if (!scanned) return scanned.error();
  if (index + records.size() != stop) return make_error_code(Errc::corrupt);
  return records;
}

void update_sized(runtime::Sha256& hash, std::string_view octets) {
  std::string size;
  append_be64(size, octets.size());
  hash.update(size);
  hash.update(octets);
}

}  // namespace

Result<void> rebuild_views(ViewStore& store, std::uint32_t partition,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const auto stands = read_progress(store);
  if (!stands) return stands.error();
  const std::uint64_t end = stands->next_index;
  if (const auto marked = mark_layout(store, {kLayoutBeingRebuilt, partition}); !marked)
    return marked;
  for (const TableTraits& traits : kTableTraits) {
    if (!traits.is_view) continue;
    if (const auto dropped = store.drop(traits.table); !dropped) return dropped;
  }

  Fold fold(store, partition);
  schemas::Event event;
  for (std::uint64_t index = 0; index < end;) {
    const auto records = read_archive(store, index, end);
    if (!records) return records.error();
    for (const std::string& record : *records) {
      if (event.ParseFromString(record)) {
        if (const auto folded = fold.add(event, index); !folded) return folded;
      }
      ++index;
    }
    if (const auto applied = fold.apply(); !applied) return applied;
    if (progress && (index % kEventsPerReport == 0 || index == end)) progress(index, end);
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
