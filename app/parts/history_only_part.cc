#include "app/parts/history_only_part.h"

#include <filesystem>

#include "app/backup/backup.h"
#include "app/backup/files.h"
#include "app/roles/partition_views.h"
#include "ingest/journal_offsets.h"
#include "ingest/journal_store.h"
#include "projector/positions.h"
#include "projector/rocksdb_view_store.h"

namespace waybill::app {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

Explained<void> HistoryOnlyPart::start() {
  std::error_code error;
  if (std::filesystem::exists(data_dir_ + "/waybill-backup", error)) {
    return Failure{Errc::invalid, data_dir_ +
                                      " has backups and is no data directory: `waybill restore` "
                                      "brings one into a directory that this can read"};
  }
  for (const std::uint32_t partition : partitions_in(data_dir_)) {
    auto views = open(partition);
    if (!views) return views.error();
    views_.push_back(std::move(*views));
  }
  if (views_.empty()) {
    return Failure{Errc::not_found, "there are no views in " + data_dir_ + "/views"};
  }
  // Where the log is on Kafka, the journal beside the views is none of theirs.
  const std::string journal = data_dir_ + "/journal";
  if (views_.size() > 1 || !std::filesystem::exists(journal, error)) return {};
  const auto end = ingest::rocks_journal_end(journal);
  if (!end) return end.error().in(journal);
  const auto progress = views_.front().history->progress();
  if (!progress) return explain(progress.error(), "the views do not say where they stand");
  const schemas::LogOffset log_end = ingest::offset_of(*end);
  if (log_end > progress->next_offset) views_.front().lag = log_end - progress->next_offset;
  return {};
}

Explained<HistoryOnlyPart::Views> HistoryOnlyPart::open(std::uint32_t partition) const {
  const std::string directory = views_directory(data_dir_, partition);
  if (is_held(directory)) {
    return Failure{Errc::locked, "a waybill runs on " + data_dir_ + ": ask that one"};
  }
  projector::RocksStoreSettings settings;
  settings.read_only = true;
  settings.block_cache_octets = cache_octets_;
  auto store = projector::open_rocks_store(directory, settings);
  if (!store) return store.error().in(directory);
  const auto layout = projector::read_layout(**store);
  if (!layout || layout->layout != projector::kViewLayout) {
    return Failure{Errc::invalid, directory +
                                      " has views of another layout, or half of them: `waybill "
                                      "views rebuild --data " +
                                      data_dir_ + "` folds them anew, which writes"};
  }
  Views out;
  out.partition = partition;
  out.store = std::move(*store);
  out.history = std::make_unique<projector::History>(*out.store);
  out.at_once = std::make_unique<projector::History>(out.store->at_once());
  return out;
}

std::vector<query::LocalPartition> HistoryOnlyPart::partitions() const {
  std::vector<query::LocalPartition> out;
  for (const Views& one : views_) {
    const std::uint64_t lag = one.lag;
    out.push_back({one.partition, one.history.get(), one.at_once.get(), [lag] {
                     query::Freshness fresh;
                     fresh.lag = lag;
                     return fresh;
                   }});
  }
  return out;
}

std::uint64_t HistoryOnlyPart::lag() const {
  std::uint64_t sum = 0;
  for (const Views& one : views_) sum += one.lag;
  return sum;
}

}  // namespace waybill::app
