// PartitionViews: the views of one partition in this process: its store, what folds into it, what
// reads from it, and how far it is.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/roles/log_watermark.h"
#include "ingest/event_stream.h"
#include "projector/archive/archive.h"
#include "projector/archive/archive_end.h"
#include "projector/history.h"
#include "projector/projector.h"
#include "projector/rocksdb_view_store.h"
#include "projector/rows/view_store.h"
#include "query/sources.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::app {

// data_dir/views/p0, p1, ...
std::string views_directory(const std::string& data_dir, std::uint32_t partition);

// How old the log's end may be for the lag to be known: brokers that are there are asked several
// times a second.
inline constexpr std::chrono::seconds kEndIsNews{5};

class PartitionViews {
 public:
  // Opens the store. Views of another layout are folded anew by whoever folds (projector_role.h),
  // and answer Errc::temporary until then.
  static runtime::Explained<std::unique_ptr<PartitionViews>> open(
      const std::string& data_dir, std::uint32_t partition,
      const std::shared_ptr<projector::StoreMemory>& memory);

  // The same over a store that is open.
  static runtime::Explained<std::unique_ptr<PartitionViews>> over(
      std::unique_ptr<projector::ViewStore> store, std::uint32_t partition);

  std::uint32_t partition() const { return partition_; }
  projector::ViewStore& store() { return *store_; }
  projector::Projector& projector() { return *projector_; }
  const projector::History& history() const { return *history_; }
  // For threads that must not wait.
  const projector::History& history_at_once() const { return *history_at_once_; }

  // The position that its stream goes on from. The folding thread's, or before there is one.
  ingest::StreamPosition position() const;

  // The events themselves, for what reads along; its end is waited for with archive_end().
  projector::Archive archive() const { return projector::Archive(*store_); }
  projector::ArchiveEnd& archive_end() { return archive_end_; }

  // Told by the folding thread after each batch: readers may look for it now.
  void folded();
  // Behind what is in the store. Any thread.
  schemas::LogOffset folded_to() const { return folded_to_.load(std::memory_order_acquire); }

  // Against the log's end as it was known last, however long ago. Any thread.
  std::uint64_t behind(const ingest::LogEnds& ends) const;

  // Against the log's end. Any thread. What it can say is the better the more often it is asked:
  // metrics do so twice a second.
  query::Freshness freshness(const ingest::LogEnds& ends, const runtime::Clock& clock) const;

 private:
  PartitionViews() = default;

  std::uint32_t partition_ = 0;
  std::unique_ptr<projector::ViewStore> store_;
  std::unique_ptr<projector::Projector> projector_;
  std::unique_ptr<projector::History> history_;
  std::unique_ptr<projector::History> history_at_once_;
  std::atomic<schemas::LogOffset> folded_to_{schemas::LogOffset()};
  projector::ArchiveEnd archive_end_;
  mutable LogWatermark watermark_;
};

using ManyViews = std::vector<std::unique_ptr<PartitionViews>>;

// The part of the views that questions are answered from. All outlive it.
std::vector<query::LocalPartition> local_partitions(const ManyViews& views,
                                                    const ingest::LogEnds& ends,
                                                    const runtime::Clock& clock);

// Lag over all of them; nullopt: of one it is not known.
std::optional<std::uint64_t> lag_of(const ManyViews& views, const ingest::LogEnds& ends,
                                    const runtime::Clock& clock);

}  // namespace waybill::app
