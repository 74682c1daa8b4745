#include "app/roles/partition_views.h"

#include "projector/rocksdb_view_store.h"
#include "runtime/clock.h"

namespace waybill::app {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

namespace {

// For whom a start is refused.
Failure with_cure(const Failure& failure, const std::string& directory) {
  if (failure != Errc::corrupt) return failure;
  return {Errc::corrupt, directory + " is damaged: " + failure.why +
                             ". Restore the views from a backup; or move " + directory +
                             " away and start, and they are folded anew from the log as far as it "
                             "goes back: docs/operating.md, \"Views are damaged\""};
}

}  // namespace

std::string views_directory(const std::string& data_dir, std::uint32_t partition) {
  return data_dir + "/views/p" + std::to_string(partition);
}

Explained<std::unique_ptr<PartitionViews>> PartitionViews::open(
    const std::string& data_dir, std::uint32_t partition,
    const std::shared_ptr<projector::StoreMemory>& memory) {
  projector::RocksStoreSettings settings;
  settings.memory = memory;
  const std::string directory = views_directory(data_dir, partition);
  auto store = projector::open_rocks_store(directory, settings);
  if (!store) return with_cure(store.error(), directory);
  auto views = over(std::move(*store), partition);
  if (!views) return with_cure(views.error(), directory);
  return views;
}

Explained<std::unique_ptr<PartitionViews>> PartitionViews::over(
    std::unique_ptr<projector::ViewStore> store, std::uint32_t partition) {
  std::unique_ptr<PartitionViews> views(new PartitionViews());
  views->partition_ = partition;
  views->store_ = std::move(store);
  auto projector =
      projector::Projector::open(*views->store_, partition, projector::FoldAnew::later);
  if (!projector) {
    return explain(projector.error(), "the views of partition " + std::to_string(partition) +
                                          " do not say where they stand");
  }
  views->projector_ = std::move(*projector);
  views->history_ = std::make_unique<projector::History>(*views->store_);
  views->history_at_once_ = std::make_unique<projector::History>(views->store_->at_once());
  views->folded();
  return views;
}

void PartitionViews::folded() {
  const projector::Progress& progress = projector_->progress();
  folded_to_.store(progress.next_offset, std::memory_order_release);
  archive_end_.reached(progress.next_index);
}

ingest::StreamPosition PartitionViews::position() const {
  const projector::Progress& progress = projector_->progress();
  return {partition_, progress.next_offset, progress.last_digest, projector_->log_id()};
}

std::uint64_t PartitionViews::behind(const ingest::LogEnds& ends) const {
  const auto end = ends.of(partition_);
  const schemas::LogOffset folded = folded_to();
  return end && end->offset > folded ? end->offset - folded : 0;
}

query::Freshness PartitionViews::freshness(const ingest::LogEnds& ends,
                                           const runtime::Clock& clock) const {
  query::Freshness out;
  const auto end = ends.of(partition_);
  if (!end) return out;
  const schemas::LogOffset folded = folded_to();
  if (clock.now() - end->asked <= kEndIsNews) {
    out.lag = end->offset > folded ? end->offset - folded : 0;
  }
  if (const auto complete = watermark_.complete(*end, folded)) {
    // In this order: a pause in between makes the answer older, never younger.
    const runtime::WallTime wall = clock.wall();
    out.on_the_way = ends.on_the_way();
    out.complete_at = wall - (clock.now() - *complete) - out.on_the_way;
  }
  return out;
}

std::vector<query::LocalPartition> local_partitions(const ManyViews& views,
                                                    const ingest::LogEnds& ends,
                                                    const runtime::Clock& clock) {
  std::vector<query::LocalPartition> out;
  for (const auto& one : views) {
    const PartitionViews* const views_of_one = one.get();
    out.push_back({one->partition(), &one->history(), &one->history_at_once(),
                   [views_of_one, &ends, &clock] { return views_of_one->freshness(ends, clock); },
                   std::make_shared<projector::Archive>(one->archive()), &one->archive_end()});
  }
  return out;
}

std::optional<std::uint64_t> lag_of(const ManyViews& views, const ingest::LogEnds& ends,
                                    const runtime::Clock& clock) {
  std::uint64_t sum = 0;
  for (const auto& one : views) {
    const auto lag = one->freshness(ends, clock).lag;
    if (!lag) return std::nullopt;
    sum += *lag;
  }
  return sum;
}

}  // namespace waybill::app
