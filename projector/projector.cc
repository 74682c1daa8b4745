#include "projector/projector.h"

#include <algorithm>
#include <utility>

#include "projector/archive/archive.h"
#include "projector/archive/archive_key.h"
#include "projector/fold.h"
#include "projector/positions.h"
#include "runtime/crypto.h"
#include "runtime/log.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;
using schemas::SequenceNumber;

namespace {

Result<void> begin_layout(ViewStore& store, std::uint32_t partition) {
  WriteBatch batch;
  put_layout(batch, {kViewLayout, partition});
  return store.apply(batch);
}

}  // namespace

Projector::Projector(ViewStore& store, std::uint32_t partition)
    : store_(store), partition_(partition), fold_(std::make_unique<Fold>(store, partition)) {}
Projector::~Projector() = default;

Result<std::unique_ptr<Projector>> Projector::open(ViewStore& store, std::uint32_t partition) {
  std::unique_ptr<Projector> projector(new Projector(store, partition));
  if (const auto loaded = projector->load(); !loaded) return loaded.error();
  const auto archived = Archive(store).check_end(projector->progress_.next_index);
  if (!archived) return archived.error();

  const auto layout = read_layout(store);
  if (!layout && layout.error() != Errc::not_found) return layout.error();
  if (layout && layout->partition != partition) return make_error_code(Errc::corrupt);
  if (layout && layout->layout == kViewLayout) return projector;
  const auto laid_out = projector->progress_.next_index == EventIndex(0)
                            ? begin_layout(store, partition)
                            : rebuild_views(store, partition, {});
  if (!laid_out) return laid_out.error();
  return projector;
}

Result<void> Projector::load() {
  const auto progress = read_progress(store_);
  if (!progress) return progress.error();
  const auto nodes = read_nodes(store_);
  if (!nodes) return nodes.error();
  progress_ = *progress;
  nodes_.clear();
  for (const auto& [node, last] : *nodes) nodes_[node].last = last;
  loaded_ = true;
  return {};
}

Result<void> Projector::resume() {
  loaded_ = false;
  fold_->forget();
  if (const auto resumed = store_.resume(); !resumed) return resumed;
  return load();
}

bool Projector::seen_before(const schemas::Event& event) {
  // Without a node there is nothing to tell a duplicate by.
  if (event.node().empty()) return false;
  const auto [found, fresh] = nodes_.try_emplace(event.node());
  Node& node = found->second;
  const SequenceNumber seq(event.node_seq());
  if (!fresh && seq <= node.last.seq) {
    const bool repeat = node.last.newest == 0 || event.occurred_at() <= node.last.newest;
    if (repeat) return true;
    tell_of_another_journal(event, node);
  }
  node.last = {seq, std::max(node.last.newest, event.occurred_at())};
  node.changed = true;
  return false;
}

// Its numbers begin anew: nothing of it may be dropped as a repeat. What it sends twice among
// events of the other one cannot be told, though, so that somebody has to hear of it.
void Projector::tell_of_another_journal(const schemas::Event& event, Node& node) {
  ++other_journals_;
  if (std::exchange(node.told, true)) return;
  runtime::log(
      runtime::Level::error, "projector",
      "a node numbers its events anew: its journal was lost, or two relays share its name. "
      "Give each journal a server.node of its own",
      {{"node", event.node()},
       {"partition", std::uint64_t{partition_}},
       {"number", event.node_seq()},
       {"after", node.last.seq.value()}});
}

Result<void> Projector::take(const ingest::LogRecord& record, Progress& progress) {
  if (record.partition != partition_ || record.offset > progress.next_offset) {
    return make_error_code(Errc::corrupt);
  }
  if (record.offset < progress.next_offset) return {};
  ++progress.next_offset;
  const bool decoded = event_.ParseFromString(record.value);
  if (decoded && seen_before(event_)) return {};

  const EventIndex index = progress.next_index++;
  fold_->batch().put(Table::archive, archive_key(index), record.value);
  if (!decoded) {
    ++undecodable_in_batch_;
    if (on_undecodable_) on_undecodable_(record);
    return {};
  }
  progress.as_of = std::max(progress.as_of, schemas::wall_time(event_.occurred_at()));
  return fold_->add(event_, index);
}

Result<void> Projector::apply(const Progress& progress) {
  for (auto& [name, node] : nodes_) {
    if (!node.changed) continue;
    put_node(fold_->batch(), name, node.last);
    node.changed = false;
  }
  put_progress(fold_->batch(), progress);
  // Rows, each node's last number and the position in the log are one batch, not synced. If the
  // process is killed before it, the same records are folded again from the position of before;
  // after it, they are never folded again. A loss of power takes the views back by whole batches,
  // at most to the last sync, and the log is read on from there.
  return fold_->apply();
}

Result<void> Projector::project(const std::vector<ingest::LogRecord>& records) {
  if (!loaded_) {
    if (const auto loaded = load(); !loaded) return loaded;
  }
  // Until the batch is in the store, what is known in memory may be ahead of it.
  loaded_ = false;
  undecodable_in_batch_ = 0;
  Progress progress = progress_;
  for (const ingest::LogRecord& record : records) {
    if (const auto taken = take(record, progress); !taken) {
      fold_->forget();
      return taken;
    }
  }
  if (progress.next_offset != progress_.next_offset) {
    const runtime::Digest last = runtime::sha256(records.back().value);
    progress.last_digest.assign(last.begin(), last.end());
    if (const auto applied = apply(progress); !applied) return applied;
  }
  progress_ = progress;
  undecodable_ += undecodable_in_batch_;
  loaded_ = true;
  return {};
}

}  // namespace waybill::projector
