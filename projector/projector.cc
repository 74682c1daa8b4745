#include "projector/projector.h"

#include <algorithm>
#include <utility>

#include "projector/archive/archive.h"
#include "projector/archive/archive_key.h"
#include "projector/fold.h"
#include "projector/positions.h"
#include "projector/thin_out.h"
#include "runtime/crypto.h"
#include "runtime/log.h"
#include "schemas/compact_record.h"
#include "schemas/lean_record.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;
using schemas::SequenceNumber;

namespace {

// A log that was cut is read again from one of these places on.
constexpr std::size_t kMarks = 64;
constexpr std::uint64_t kMarkEvery = 1'000;  // records

Result<void> begin_layout(ViewStore& store, std::uint32_t partition) {
  WriteBatch batch;
  put_layout(batch, {kViewLayout, partition});
  return store.apply(batch);
}

}  // namespace

Projector::Projector(ViewStore& store, std::uint32_t partition)
    : store_(store),
      partition_(partition),
      fold_(std::make_unique<Fold>(store, partition)),
      seen_(store) {}
Projector::~Projector() = default;

Result<std::unique_ptr<Projector>> Projector::open(ViewStore& store, std::uint32_t partition,
                                                   FoldAnew when) {
  std::unique_ptr<Projector> projector(new Projector(store, partition));
  if (const auto loaded = projector->load(); !loaded) return loaded.error();
  const EventIndex end = projector->progress_.next_index;
  const Archive archive(store);
  if (const auto archived = archive.check_end(end); !archived) {
    // Its last events cannot be read: the log may have them still, and mail does not wait for that.
    const bool lost =
        archived.error() == Errc::corrupt && end > EventIndex() && !archive.at(end - 1);
    if (!lost || when == FoldAnew::at_open) return archived.error();
    projector->needs_rebuild_ = true;
  }

  const auto layout = read_layout(store);
  if (!layout && layout.error() != Errc::not_found) return layout.error();
  if (layout && layout->partition != partition) return make_error_code(Errc::corrupt);
  if (layout && layout->layout == kViewLayout && !projector->needs_rebuild_) return projector;
  if (projector->progress_.next_index == EventIndex(0)) {
    if (const auto begun = begin_layout(store, partition); !begun) return begun.error();
    return projector;
  }
  projector->needs_rebuild_ = true;
  if (when == FoldAnew::later) return projector;
  if (const auto rebuilt = projector->rebuild({}); !rebuilt) return rebuilt.error();
  return projector;
}

Result<void> Projector::rebuild(const RebuildHelp& help) {
  const auto rebuilt = rebuild_views(store_, partition_, help);
  if (rebuilt) needs_rebuild_ = false;
  return rebuilt;
}

Result<void> Projector::load() {
  const auto progress = read_progress(store_);
  if (!progress) return progress.error();
  auto seen = read_last_seen(store_);
  if (!seen) return seen.error();
  auto marks = read_marks(store_);
  if (!marks) return marks.error();
  auto log_id = read_log_id(store_);
  if (!log_id) return log_id.error();
  marks_ = std::move(*marks);
  log_id_ = std::move(*log_id);
  progress_ = *progress;
  nodes_.clear();
  for (const LastSeen& last : *seen) {
    nodes_[last.node].journals.push_back({last.journal, last.seq, false});
  }
  loaded_ = true;
  return {};
}

Result<void> Projector::resume() {
  loaded_ = false;
  fold_->forget();
  if (const auto resumed = store_.resume(); !resumed) return resumed;
  return load();
}

bool Projector::go_back() {
  if (!loaded_ && !load()) return false;
  if (progress_.next_offset == schemas::LogOffset()) return false;
  // An empty log, or one that was filled again, goes on from its beginning and from nowhere else.
  LogMark earlier;
  for (const LogMark& mark : marks_) {
    if (mark.offset < progress_.next_offset) earlier = mark;
  }
  progress_.next_offset = earlier.offset;
  progress_.last_digest = earlier.digest;
  return true;
}

void Projector::set_log_id(std::string id) {
  if (id.empty() || id == log_id_) return;
  log_id_ = std::move(id);
  log_id_changed_ = true;
}

Projector::Journal* Projector::Node::find(std::uint32_t id) {
  // The one that writes now was met last.
  for (std::size_t i = journals.size(); i-- > 0;) {
    if (journals[i].id == id) return &journals[i];
  }
  return nullptr;
}

Result<SeenEvents::Answer> Projector::seen_before(const schemas::Event& event) {
  // Without a node there is nothing to tell a duplicate by.
  if (event.node().empty()) return SeenEvents::Answer::no;
  Node& node = nodes_[event.node()];
  const SequenceNumber seq(event.node_seq());
  Journal* const journal = node.find(event.journal());
  if (journal == nullptr) {
    node.journals.push_back({event.journal(), seq, true});
    node.writing = event.journal();
    return SeenEvents::Answer::no;
  }
  if (seq > journal->last) {
    note_writer(event, node);
    journal->last = seq;
    journal->changed = true;
    return SeenEvents::Answer::no;
  }
  const auto seen = seen_.contain(event);
  if (seen && *seen == SeenEvents::Answer::no) ++late_;
  return seen;
}

// A relay that starts anew has the events of the journal before it sent first: one that goes on
// after that is another relay.
void Projector::note_writer(const schemas::Event& event, Node& node) {
  if (node.writing == event.journal()) return;
  const bool first = !node.writing;
  node.writing = event.journal();
  if (first) return;
  ++shared_names_;
  if (!std::exchange(node.told, true)) tell_of_a_shared_name(event);
}

void Projector::tell_of_a_shared_name(const schemas::Event& event) {
  runtime::log(runtime::Level::error, "projector",
               "two relays share the name of a node; nothing is lost, and nobody can say which of "
               "them took a message. Give each a server.node of its own",
               {{"node", event.node()}, {"partition", std::uint64_t{partition_}}});
}

Result<void> Projector::take(const ingest::LogRecord& record, Progress& progress) {
  if (record.partition != partition_ || record.offset > progress.next_offset) {
    return make_error_code(Errc::corrupt);
  }
  if (record.offset < progress.next_offset) return {};
  ++progress.next_offset;
  const bool decoded = schemas::read_record(record.value, event_);
  if (decoded) {
    const auto seen = seen_before(event_);
    if (!seen) return seen.error();
    if (*seen == SeenEvents::Answer::yes) return {};
    seen_.add(event_);
  }

  const EventIndex index = progress.next_index++;
  archived_.clear();
  if (!decoded) {
    schemas::append_as_is(record.value, archived_);
    fold_->batch().put(Table::archive, archive_key(index), archived_);
    ++undecodable_in_batch_;
    if (on_undecodable_) on_undecodable_(record);
    return {};
  }
  progress.as_of = std::max(progress.as_of, schemas::wall_time(event_.occurred_at()));
  const auto folded = fold_->add(event_, index);
  schemas::append_compact(record.value, event_, archived_);
  fold_->batch().put(Table::archive, archive_key(index), archived_);
  return folded;
}

void Projector::mark(const Progress& progress) {
  const schemas::LogOffset next = progress.next_offset;
  // After the log was cut there are some beyond it.
  while (!marks_.empty() && marks_.back().offset > next) {
    erase_mark(fold_->batch(), marks_.back().offset);
    marks_.pop_back();
  }
  const std::uint64_t apart = std::min(kMarkEvery, next.value() / 8);
  if (!marks_.empty() && next < marks_.back().offset + std::max<std::uint64_t>(apart, 1)) return;
  marks_.push_back({next, progress.last_digest});
  put_mark(fold_->batch(), marks_.back());
  if (marks_.size() <= kMarks) return;
  for (const LogMark& dropped : thin_out(marks_)) {
    erase_mark(fold_->batch(), dropped.offset);
  }
}

Result<void> Projector::apply(const Progress& progress) {
  mark(progress);
  if (std::exchange(log_id_changed_, false)) put_log_id(fold_->batch(), log_id_);
  for (auto& [name, node] : nodes_) {
    for (Journal& journal : node.journals) {
      if (!std::exchange(journal.changed, false)) continue;
      put_last_seen(fold_->batch(), {name, journal.id, journal.last});
    }
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
  seen_.begin_batch();
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
