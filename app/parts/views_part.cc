#include "app/parts/views_part.h"

#include "app/gaps/gap_file.h"
#include "app/roles/hole_words.h"
#include "runtime/log.h"

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
  log->parts.lost = [this](std::uint32_t partition, const projector::ArchiveHoles& holes) {
    for (const auto& hole : holes) tell_of(hole_words(partition, hole));
  };
  role_ = start_projector(views_.views(), std::move(log->parts), process_.metrics());
  metrics_ = std::make_unique<PartitionMetrics>(views_.views(), *ends_, *role_, process_.clock(),
                                                process_.metrics());
  return {};
}

void FoldingPart::tell_of(const std::string& what) {
  runtime::log(runtime::Level::error, "app", "a part of history is lost", {{"what", what}});
  const auto kept = add_gap(process_.config().data_dir, {process_.clock().wall(), what});
  if (kept) return;
  runtime::log(runtime::Level::error, "app", "cannot write it down", {{"why", kept.error().why}});
}

std::string FoldingPart::note() const {
  std::string out;
  for (const auto& one : views_.views()) {
    const auto holes = one->history().holes();
    if (!holes) continue;
    for (const auto& hole : *holes) {
      out += (out.empty() ? "" : "; ") + hole_words(one->partition(), hole);
    }
  }
  return out;
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

std::optional<std::uint64_t> FoldingPart::lag() const {
  return lag_of(views_.views(), *ends_, process_.clock());
}

std::vector<query::LocalPartition> FoldingPart::partitions() const {
  return local_partitions(views_.views(), *ends_, process_.clock());
}

}  // namespace waybill::app
