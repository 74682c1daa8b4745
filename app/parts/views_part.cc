#include "app/parts/views_part.h"

namespace waybill::app {

using runtime::Explained;

Explained<void> ViewsPart::start() {
  for (const std::uint32_t partition : partitions_) {
    auto views = PartitionViews::open(process_.config().data_dir, partition, memory_);
    if (!views) return views.error();
    views_.push_back(std::move(*views));
  }
  return {};
}

Explained<void> FoldingPart::start() {
  auto log = open_log_();
  if (!log) return log.error();
  ends_ = std::move(log->ends);
  role_ = start_projector(views_.views(), std::move(log->parts), process_.metrics());
  metrics_ = std::make_unique<PartitionMetrics>(views_.views(), *ends_, *role_, process_.clock(),
                                                process_.metrics());
  return {};
}

void FoldingPart::tick() {
  metrics_->update();
  const runtime::Instant now = process_.clock().now();
  for (const auto& one : views_.views()) one->archive_end().expire(now);
}

void FoldingPart::stop(Ending& ending) {
  ending.unclosed |= !role_->failure().empty();
  // Readers get no more, and end.
  for (const auto& one : views_.views()) one->archive_end().close();
  metrics_.reset();
}

void FoldingPart::stopped() {
  role_.reset();
  ends_.reset();
}

std::string FoldingPart::why_not() const {
  const std::string failure = role_->failure();
  return failure.empty() ? role_->folding_anew() : failure;
}

std::uint64_t FoldingPart::lag() const { return lag_of(views_.views(), *ends_, process_.clock()); }

std::vector<query::LocalPartition> FoldingPart::partitions() const {
  return local_partitions(views_.views(), *ends_, process_.clock());
}

}  // namespace waybill::app
