// The views of this process's partitions: opened, folded from a log, and asked for their state.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/process/process.h"
#include "app/roles/partition_views.h"
#include "app/roles/projector_role.h"
#include "app/roles/state_metrics.h"
#include "ingest/event_stream.h"
#include "projector/rocksdb_view_store.h"

namespace waybill::app {

class ViewsPart final : public Part {
 public:
  // `memory`: what the stores share; null: each has its own.
  ViewsPart(Process& process, std::vector<std::uint32_t> partitions,
            std::shared_ptr<projector::StoreMemory> memory)
      : process_(process), partitions_(std::move(partitions)), memory_(std::move(memory)) {}

  const std::vector<std::uint32_t>& partitions() const { return partitions_; }
  // From start() on.
  const ManyViews& views() const { return views_; }

  std::string_view name() const override { return "views"; }
  runtime::Explained<void> start() override;
  void stopped() override { views_.clear(); }

 private:
  Process& process_;
  const std::vector<std::uint32_t> partitions_;
  const std::shared_ptr<projector::StoreMemory> memory_;
  ManyViews views_;
};

// What folds the log into the views.
class FoldingPart final : public Part {
 public:
  // Where the log is, asked for at start(): its ends, and how it is read.
  struct Log {
    std::unique_ptr<ingest::LogEnds> ends;
    ProjectorParts parts;
  };
  using OpenLog = std::function<runtime::Explained<Log>()>;

  FoldingPart(Process& process, ViewsPart& views, OpenLog open_log)
      : process_(process), views_(views), open_log_(std::move(open_log)) {}

  // From start() on. Any thread.
  const ingest::LogEnds& ends() const { return *ends_; }
  const ProjectorRole& role() const { return *role_; }
  // Why history is not the whole, or stands still; empty: neither.
  std::string why_not() const;
  // What is lost of history for good, where something is. Reads the views.
  std::string note() const;
  // Events on record that are not in the views of this process; nullopt: nobody here knows.
  std::optional<std::uint64_t> lag() const;
  std::vector<query::LocalPartition> partitions() const;

  std::string_view name() const override { return "folding"; }
  runtime::Explained<void> start() override;
  void tick() override;
  void stop(Ending& ending) override;
  void stopped() override;

 private:
  void tell_of(const std::string& what);

  Process& process_;
  ViewsPart& views_;
  const OpenLog open_log_;
  std::unique_ptr<ingest::LogEnds> ends_;
  std::unique_ptr<ProjectorRole> role_;
  std::unique_ptr<PartitionMetrics> metrics_;
};

}  // namespace waybill::app
