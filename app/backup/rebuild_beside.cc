#include "app/backup/rebuild_beside.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/backup/files.h"
#include "app/roles/partition_views.h"
#include "ingest/journal_offsets.h"
#include "ingest/journal_store.h"
#include "projector/positions.h"
#include "projector/rocksdb_view_store.h"
#include "runtime/durable_file.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using schemas::EventIndex;

namespace {

// Of the embedded log, whose records stand in the archive in its order.
std::unique_ptr<ingest::JournalStore> journal_beside(const std::string& data_dir) {
  std::error_code error;
  const std::string directory = data_dir + "/journal";
  if (!fs::exists(directory + "/CURRENT", error)) return nullptr;
  auto journal = ingest::open_rocks_journal(directory);
  return journal ? std::move(*journal) : nullptr;
}

projector::RebuildHelp help_from(const ingest::JournalStore* journal,
                                 const projector::Progress& stands,
                                 const projector::RebuildProgress& progress) {
  projector::RebuildHelp help;
  help.progress = progress;
  const bool in_step = stands.next_index.value() == stands.next_offset.value();
  if (journal == nullptr || !in_step) return help;
  help.elsewhere = [journal](EventIndex index) -> runtime::Result<std::string> {
    auto records = journal->read(ingest::seq_at(schemas::LogOffset(index.value())), 1, 1);
    if (!records) return records.error();
    if (records->empty()) return make_error_code(Errc::not_found);
    return std::move(records->front().value);
  };
  return help;
}

// A copy of the store that shares its files, or an empty one to write a damaged archive anew into.
Explained<std::unique_ptr<projector::ViewStore>> open_beside(projector::ViewStore& store,
                                                             const std::string& beside,
                                                             bool share) {
  if (share) {
    const auto copied = store.checkpoint(beside);
    if (!copied) return explain(copied.error(), "cannot write " + beside);
  }
  return projector::open_rocks_store(beside, {});
}

// Both change their names in one step; then the old ones go. If the process ends before that, they
// lie beside the views until the next rebuild.
Explained<void> swap(const std::string& place, const std::string& beside) {
  if (::renameat2(AT_FDCWD, place.c_str(), AT_FDCWD, beside.c_str(), RENAME_EXCHANGE) != 0) {
    return Failure{Errc::io_error, "cannot put " + beside + " in the place of " + place + ": " +
                                       std::strerror(errno)};
  }
  if (auto done = runtime::sync_directory_of(place); !done) return done;
  std::error_code error;
  fs::remove_all(beside, error);
  return {};
}

}  // namespace

Explained<Rebuilt> rebuild_partition(const std::string& data_dir, std::uint32_t partition,
                                     const projector::RebuildProgress& progress,
                                     const ReadLog& read_log) {
  const std::string place = views_directory(data_dir, partition);
  const std::string beside = place + ".rebuilding";
  std::error_code error;
  fs::remove_all(beside, error);
  auto store = projector::open_rocks_store(place, {});
  if (!store) return store.error().in(place);
  const auto stands = projector::read_progress(**store);
  if (!stands) return explain(stands.error(), "the views do not say where they stand");
  const auto damaged = projector::find_holes(**store, stands->next_index);
  if (!damaged) return explain(damaged.error(), "cannot read the archive");
  auto fresh = open_beside(**store, beside, damaged->empty());
  if (!fresh) return fresh.error().in(beside);
  // Where the log is on Kafka, a journal beside the views is none of theirs.
  const auto journal = read_log ? nullptr : journal_beside(data_dir);
  auto help = help_from(journal.get(), *stands, progress);
  LogHoles log(**store, partition, read_log);
  if (read_log) help.elsewhere = [&log](EventIndex index) { return log.record(index); };
  const auto rebuilt = damaged->empty()
                           ? projector::rebuild_views(**fresh, partition, help)
                           : projector::rebuild_into(**store, **fresh, partition, help);
  if (!rebuilt) return explain(rebuilt.error());
  Rebuilt out;
  out.events = stands->next_index;
  const auto holes = projector::read_holes(**fresh);
  if (!holes) return explain(holes.error());
  out.holes = *holes;
  if (const auto synced = (*fresh)->sync(); !synced) return explain(synced.error());
  fresh->reset();
  store->reset();
  if (const auto swapped = swap(place, beside); !swapped) return swapped.error();
  return out;
}

}  // namespace waybill::app
