// rebuild_views(), rebuild_into() and digest_views(): these functions hold the promise "a view is a
// pure function of the log" against a store.

#include "projector/archive/archive.h"
#include "projector/archive/archive_holes.h"
#include "projector/archive/archive_key.h"
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

Result<void> mark_layout(ViewStore& store, const Layout& layout, const ArchiveHoles& holes) {
  WriteBatch batch;
  put_layout(batch, layout);
  put_holes(batch, holes);
  if (const auto applied = store.apply(batch); !applied) return applied;
  return store.sync();
}

void update_sized(runtime::Sha256& hash, std::string_view octets) {
  std::string size;
  append_be64(size, octets.size());
  hash.update(size);
  hash.update(octets);
}

// The archive of one store, folded into views of another or of its own.
class Refolding {
 public:
  Refolding(const ViewStore& source, ViewStore& target, std::uint32_t partition,
            const RebuildHelp& help)
      : source_(source),
        target_(target),
        partition_(partition),
        help_(help),
        fold_(target, partition) {}

  Result<void> run(const Progress& stands, const ArchiveHoles& holes) {
    end_ = stands.next_index;
    for (const ArchiveHole& hole : holes) {
      if (const auto done = fold_readable(hole.from); !done) return done;
      if (const auto done = fold_hole(hole); !done) return done;
    }
    if (const auto done = fold_readable(end_); !done) return done;
    // The newest event is in a hole at the end, too.
    close_hole(schemas::nanoseconds(stands.as_of) + 1);
    return mark_layout(target_, {kViewLayout, partition_}, lost_);
  }

 private:
  bool copies() const { return &source_ != &target_; }

  Result<void> fold_readable(EventIndex end) {
    const Archive archive(source_);
    while (index_ < end) {
      // Read out first: a scan must not write.
      const auto records = archive.read(index_, end);
      if (!records) return records.error();
      for (const ArchivedRecord& record : *records) {
        if (const auto added = add(record); !added) return added;
      }
      if (const auto applied = apply(); !applied) return applied;
    }
    return {};
  }

  Result<void> fold_hole(const ArchiveHole& hole) {
    while (index_ < hole.to) {
      // A scan may stumble over what a look-up can read.
      auto record = Archive(source_).at(index_);
      const bool found = record.has_value();
      if (!found && help_.elsewhere) {
        if (const auto octets = help_.elsewhere(index_)) record = ArchivedRecord::of(*octets);
      }
      if (record) {
        // In place a scan still stumbles over what is damaged, and a look-up finds this one.
        if (!found) fold_.batch().put(Table::archive, archive_key(index_), record->row());
        if (const auto added = add(*record); !added) return added;
      } else {
        if (lost_.empty() || lost_.back().to != index_)
          lost_.push_back({index_, index_, last_time_});
        lost_.back().to = ++index_;
      }
    }
    return apply();
  }

  Result<void> add(const ArchivedRecord& record) {
    if (copies()) fold_.batch().put(Table::archive, archive_key(index_), record.row());
    const EventIndex index = index_++;
    if (!record.read(event_)) return {};
    last_time_ = event_.occurred_at();
    close_hole(last_time_);
    return fold_.add(event_, index);
  }

  // Behind the last hole is an event of that time.
  void close_hole(std::uint64_t time) {
    if (!lost_.empty() && lost_.back().before == 0) lost_.back().before = time;
  }

  Result<void> apply() {
    if (const auto applied = fold_.apply(); !applied) return applied;
    const bool told = index_ - told_ < kEventsPerReport && index_ != end_;
    if (!help_.progress || told) return {};
    told_ = index_;
    if (!help_.progress(index_.value(), end_.value())) return make_error_code(Errc::closed);
    return {};
  }

  const ViewStore& source_;
  ViewStore& target_;
  const std::uint32_t partition_;
  const RebuildHelp& help_;
  Fold fold_;
  schemas::Event event_;
  EventIndex index_;
  EventIndex end_;
  EventIndex told_;
  std::uint64_t last_time_ = 0;
  ArchiveHoles lost_;
};

// Where the store stands, and what it has taken of each node.
Result<void> copy_positions(const ViewStore& source, ViewStore& target) {
  WriteBatch batch;
  const auto scanned =
      source.scan(Table::meta, {}, {}, [&](std::string_view key, std::string_view value) {
        batch.put(Table::meta, key, value);
        return true;
      });
  if (!scanned) return scanned.error();
  return target.apply(batch);
}

}  // namespace

Result<void> rebuild_views(ViewStore& store, std::uint32_t partition, const RebuildHelp& help) {
  const auto stands = read_progress(store);
  if (!stands) return stands.error();
  // Before anything is dropped: views that answer are worth more than a rebuild that cannot end.
  const auto holes = find_holes(store, stands->next_index);
  if (!holes) return holes.error();
  const auto known = read_holes(store);
  if (!known) return known.error();
  const auto marked = mark_layout(store, {kLayoutBeingRebuilt, partition}, *known);
  if (!marked) return marked;
  for (const TableTraits& traits : kTableTraits) {
    if (!traits.is_view) continue;
    if (const auto dropped = store.drop(traits.table); !dropped) return dropped;
  }
  return Refolding(store, store, partition, help).run(*stands, *holes);
}

Result<void> rebuild_into(const ViewStore& source, ViewStore& target, std::uint32_t partition,
                          const RebuildHelp& help) {
  const auto stands = read_progress(source);
  if (!stands) return stands.error();
  const auto holes = find_holes(source, stands->next_index);
  if (!holes) return holes.error();
  if (const auto copied = copy_positions(source, target); !copied) return copied;
  const auto marked = mark_layout(target, {kLayoutBeingRebuilt, partition}, {});
  if (!marked) return marked;
  return Refolding(source, target, partition, help).run(*stands, *holes);
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
