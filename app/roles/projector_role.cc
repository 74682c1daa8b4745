#include "app/roles/projector_role.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <map>
#include <thread>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/io_thread.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "runtime/scope.h"

namespace waybill::app {

using ingest::LogRecord;
using runtime::Errc;
using runtime::Instant;
using runtime::Level;
using runtime::Task;

namespace {

// One read of the log: enough to make a batch's cost small, few enough that a reader sees an event
// within milliseconds. A reader that is behind gets larger ones.
constexpr std::size_t kBatchRecords = 1'000;
constexpr std::size_t kCatchUpRecords = 20'000;
// What a power cut can make us fold again, and how often the journal may be trimmed: each partition
// is synced so often.
constexpr std::chrono::seconds kSyncEvery{5};
// A batch costs a write and a wake-up whatever is in it: what comes within a few milliseconds goes
// into the next one together. Nobody sees an event later for it than this.
constexpr std::chrono::milliseconds kGather{4};

// The first pause before a partition that failed is tried again; the next ones double.
constexpr std::chrono::seconds kFirstPause{1};
// A partition that was tried again and has not failed for so long is well, also if nothing came.
constexpr std::chrono::seconds kWell{5};
// How often a log line says how far views are that are folded anew.
constexpr std::chrono::seconds kTellRebuild{5};
// How often a thread looks whether it is time for a sync or for another try, or to end.
constexpr std::chrono::milliseconds kLook{100};

// Of all threads: which partitions are not folded between two tries, and why.
class Failures {
 public:
  void add(std::uint32_t partition, const runtime::Failure& failure, Instant now) {
    const bool damage = failure == Errc::corrupt || failure == Errc::not_found;
    const runtime::MutexLock lock(mutex_);
    const auto [found, fresh] = failures_.try_emplace(partition);
    Entry& entry = found->second;
    const runtime::Duration longest = damage ? kMaxPauseOfDamage : kMaxPause;
    entry.pause = std::min<runtime::Duration>(
        fresh ? runtime::Duration(kFirstPause) : 2 * entry.pause, longest);
    entry.again = now + entry.pause;
    entry.tried = false;
    if (!fresh && entry.why == failure.why) return;
    entry.why = failure.why;
    runtime::log(
        Level::error, "app",
        "a partition is not folded; its history stands still until one of the next tries succeeds",
        {{"partition", std::uint64_t{partition}}, {"why", failure.why}});
  }
  // It is to be tried now.
  bool due(std::uint32_t partition, Instant now) const {
    const runtime::MutexLock lock(mutex_);
    const auto found = failures_.find(partition);
    return found != failures_.end() && !found->second.tried && found->second.again <= now;
  }
  void tried(std::uint32_t partition, Instant now) {
    const runtime::MutexLock lock(mutex_);
    Entry& entry = failures_.at(partition);
    entry.tried = true;
    entry.again = now;
  }
  // After a batch of it, or when nothing came for a while.
  void well(std::uint32_t partition, Instant now, runtime::Duration since) {
    const runtime::MutexLock lock(mutex_);
    const auto found = failures_.find(partition);
    if (found == failures_.end() || !found->second.tried) return;
    if (now - found->second.again < since) return;
    failures_.erase(found);
    runtime::log(Level::info, "app", "a partition is folded again",
                 {{"partition", std::uint64_t{partition}}});
  }
  bool has(std::uint32_t partition) const {
    const runtime::MutexLock lock(mutex_);
    const auto found = failures_.find(partition);
    return found != failures_.end() && !found->second.tried;
  }
  std::string text() const {
    const runtime::MutexLock lock(mutex_);
    std::string out;
    for (const auto& [partition, entry] : failures_) {
      if (!out.empty()) out += "; ";
      out += "partition " + std::to_string(partition) + ": " + entry.why;
    }
    return out;
  }

 private:
  struct Entry {
    std::string why;
    runtime::Duration pause{};
    Instant again{};     // when it is to be tried, or was
    bool tried = false;  // it is folded, and has to show that it is well
  };
  mutable runtime::Mutex mutex_;
  std::map<std::uint32_t, Entry> failures_ WAYBILL_GUARDED_BY(mutex_);
};

// Of all threads: how far views are that are folded anew.
class Rebuilds {
 public:
  void say(std::uint32_t partition, std::uint64_t done, std::uint64_t all) {
    const runtime::MutexLock lock(mutex_);
    under_way_[partition] = {done, all};
  }
  void end(std::uint32_t partition) {
    const runtime::MutexLock lock(mutex_);
    under_way_.erase(partition);
  }
  bool has(std::uint32_t partition) const {
    const runtime::MutexLock lock(mutex_);
    return under_way_.contains(partition);
  }
  std::string text() const {
    const runtime::MutexLock lock(mutex_);
    std::string out;
    for (const auto& [partition, stands] : under_way_) {
      if (!out.empty()) out += "; ";
      out += "partition " + std::to_string(partition) + ": the views are folded anew, " +
             std::to_string(stands.done) + " of " + std::to_string(stands.all) + " events";
    }
    return out;
  }

 private:
  struct Stands {
    std::uint64_t done = 0;
    std::uint64_t all = 0;
  };
  mutable runtime::Mutex mutex_;
  std::map<std::uint32_t, Stands> under_way_ WAYBILL_GUARDED_BY(mutex_);
};

class FoldingThread {
 public:
  FoldingThread(std::string name, std::vector<PartitionViews*> views, const ProjectorParts& parts,
                runtime::Counter& folded, Failures& failures, Rebuilds& rebuilds)
      : views_(std::move(views)),
        parts_(parts),
        folded_(folded),
        failures_(failures),
        rebuilds_(rebuilds),
        thread_(name),
        scope_(thread_.executor()) {
    // Not waited for: a stream may block its thread from the first record on.
    boost::asio::post(thread_.executor(), [this] {
      scope_.spawn("projector", run());
      scope_.spawn("projector's clock", watch());
    });
  }

  ~FoldingThread() {
    {
      const runtime::MutexLock lock(mutex_);
      stopping_ = true;
      if (stream_) stream_->close();
    }
    while (running()) std::this_thread::sleep_for(kGather);
  }

 private:
  bool running() {
    std::size_t count = 0;
    thread_.call([&] { count = scope_.running(); });
    return count > 0;
  }

  Task<void> run() {
    last_sync_ = clock_.now();
    while (!stopping()) {
      retry();
      fold_anew();
      if (ingest::EventStream* const stream = open_stream()) {
        co_await follow(*stream);
      } else {
        co_await clock_.sleep_until(clock_.now() + kLook);
      }
    }
    for (std::size_t i = 0; i < views_.size(); ++i) settle_next();
  }

  // What goes by the clock and not by the next record.
  Task<void> watch() {
    while (!stopping()) {
      co_await clock_.sleep_until(clock_.now() + kLook);
      // The stream is opened anew, with that partition.
      if (look()) close_stream();
    }
  }

  // True: a partition is to be tried again.
  bool look() {
    const Instant now = clock_.now();
    if (now - last_sync_ >= kSyncEvery / views_.size()) settle_next();
    bool due = false;
    for (const PartitionViews* one : views_) {
      failures_.well(one->partition(), now, kWell);
      due |= failures_.due(one->partition(), now);
    }
    return due;
  }

  bool stopping() {
    const runtime::MutexLock lock(mutex_);
    return stopping_;
  }

  void close_stream() {
    const runtime::MutexLock lock(mutex_);
    if (stream_) stream_->close();
  }

  // Those whose time has come.
  void retry() {
    const Instant now = clock_.now();
    for (PartitionViews* one : views_) {
      if (!failures_.due(one->partition(), now)) continue;
      if (const auto resumed = one->projector().resume(); resumed) {
        failures_.tried(one->partition(), now);
      } else {
        failures_.add(one->partition(),
                      runtime::explain(resumed.error(), "the views cannot be written"), now);
      }
    }
  }

  // Views of another layout, or whose rebuild was cut off. The log's records wait meanwhile; if the
  // process ends in it, the next start begins it again.
  void fold_anew() {
    for (PartitionViews* one : views_) {
      const std::uint32_t partition = one->partition();
      if (!one->projector().needs_rebuild() || failures_.has(partition)) continue;
      runtime::log(Level::warn, "app", "views are folded anew; history answers 503 until then",
                   {{"partition", std::uint64_t{partition}},
                    {"events", one->projector().progress().next_index.value()}});
      const auto rebuilt = one->projector().rebuild(help_for(partition));
      if (!rebuilt && rebuilt.error() == Errc::closed) return;
      if (!rebuilt) {
        failures_.add(partition,
                      runtime::explain(rebuilt.error(), "the views cannot be folded anew"),
                      clock_.now());
        continue;
      }
      rebuilds_.end(partition);
      runtime::log(Level::info, "app", "the views were folded anew",
                   {{"partition", std::uint64_t{partition}}});
      const auto holes = projector::read_holes(one->store());
      if (holes && !holes->empty() && parts_.lost) parts_.lost(partition, *holes);
    }
  }

  projector::RebuildHelp help_for(std::uint32_t partition) {
    projector::RebuildHelp help;
    help.progress = [this, partition, told = clock_.now()](std::uint64_t done,
                                                           std::uint64_t all) mutable {
      rebuilds_.say(partition, done, all);
      if (clock_.now() - told >= kTellRebuild) {
        told = clock_.now();
        runtime::log(Level::info, "app", "views are folded anew",
                     {{"partition", std::uint64_t{partition}},
                      {"events", done},
                      {"of", all},
                      {"percent", 100 * done / std::max<std::uint64_t>(all, 1)}});
      }
      return !stopping();
    };
    if (parts_.record) {
      help.elsewhere = [this, partition](schemas::EventIndex index) {
        return parts_.record(partition, index);
      };
    }
    return help;
  }

  // Null: every partition waits for its next try, or it is time to end.
  ingest::EventStream* open_stream() {
    std::vector<ingest::StreamPosition> positions;
    for (PartitionViews* one : views_) {
      if (can_fold(*one)) positions.push_back(one->position());
    }
    const runtime::MutexLock lock(mutex_);
    if (stopping_ || positions.empty()) return nullptr;
    auto stream = parts_.read(std::move(positions));
    if (!stream) {
      for (PartitionViews* one : views_) {
        if (can_fold(*one)) failures_.add(one->partition(), stream.error(), clock_.now());
      }
      return nullptr;
    }
    stream_ = std::move(*stream);
    return stream_.get();
  }

  bool can_fold(PartitionViews& one) {
    return !one.projector().needs_rebuild() && !failures_.has(one.partition());
  }

  // Until the stream ends, or a partition of it fails.
  Task<void> follow(ingest::EventStream& stream) {
    std::size_t most = kBatchRecords;
    for (;;) {
      auto records = co_await stream.next(most);
      if (!records) {
        stream_ended(records.error());
        co_return;
      }
      for (PartitionViews* one : views_) one->projector().set_log_id(stream.log_id());
      const std::size_t count = records->size();
      const bool whole = fold(std::move(*records));
      folded_.add(static_cast<double>(count));
      // A reader that is behind, or one of Kafka's streams, gives the watch no turn.
      const bool due = look();
      if (!whole || due) co_return;
      const bool behind = count == most;
      most = behind ? kCatchUpRecords : kBatchRecords;
      if (!behind) co_await clock_.sleep_until(clock_.now() + kGather);
    }
  }

  void stream_ended(const ingest::StreamFailure& failure) {
    if (failure == Errc::closed) return;
    for (PartitionViews* one : views_) {
      if (failure.partition && *failure.partition != one->partition()) continue;
      if (failure.cut && go_back(*one, failure)) continue;
      failures_.add(one->partition(), failure, clock_.now());
    }
  }

  // The stream is opened anew there.
  bool go_back(PartitionViews& one, const runtime::Failure& failure) {
    if (!one.projector().go_back()) return false;
    one.folded();
    runtime::log(Level::warn, "app", "the log was cut; it is read again from an earlier place on",
                 {{"partition", std::uint64_t{one.partition()}},
                  {"from", one.position().next_offset.value()},
                  {"why", failure.why}});
    return true;
  }

  // False: a partition has failed, and the stream is to go on without it.
  bool fold(std::vector<LogRecord> records) {
    std::map<std::uint32_t, std::vector<LogRecord>> by_partition;
    if (views_.size() == 1) {
      by_partition.emplace(views_.front()->partition(), std::move(records));
    } else {
      for (LogRecord& record : records) by_partition[record.partition].push_back(std::move(record));
    }
    bool whole = true;
    for (PartitionViews* one : views_) {
      const auto found = by_partition.find(one->partition());
      if (found == by_partition.end()) continue;
      const auto projected = one->projector().project(found->second);
      if (projected) {
        one->folded();
        failures_.well(one->partition(), clock_.now(), {});
        continue;
      }
      failures_.add(one->partition(),
                    runtime::explain(projected.error(), "the views cannot be written"),
                    clock_.now());
      whole = false;
    }
    return whole;
  }

  // One partition after another, so that nobody waits for the syncs of all of them at once.
  void settle_next() {
    last_sync_ = clock_.now();
    PartitionViews* const one = views_[next_sync_++ % views_.size()];
    if (failures_.has(one->partition())) return;
    // If the process ends before the sync has returned, the views keep every applied batch; a loss
    // of power takes them back to the sync before, and the journal still has what follows that one.
    const auto synced = one->store().sync();
    if (!synced) {
      failures_.add(one->partition(),
                    runtime::explain(synced.error(), "the views cannot be synced"), clock_.now());
    } else if (parts_.settled) {
      // If the process ends here, the journal keeps more than it needs. The trim that comes now is
      // not synced: a loss of power may bring trimmed records back, and no reader asks for them.
      parts_.settled(*one);
    }
  }

  const std::vector<PartitionViews*> views_;
  const ProjectorParts& parts_;
  runtime::Counter& folded_;
  Failures& failures_;
  Rebuilds& rebuilds_;
  runtime::AsioClock clock_;
  Instant last_sync_{};
  std::size_t next_sync_ = 0;
  runtime::Mutex mutex_;
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<ingest::EventStream> stream_ WAYBILL_GUARDED_BY(mutex_);
  runtime::IoThread thread_;
  runtime::Scope scope_;
};

class FoldingRole final : public ProjectorRole {
 public:
  FoldingRole(const ManyViews& views, ProjectorParts parts, runtime::Metrics& metrics)
      : parts_(std::move(parts)) {
    auto& folded =
        metrics.counter("waybill_projector_events_total", "Events folded into the views");
    const std::size_t count = std::min<std::size_t>(std::max(parts_.threads, 1U), views.size());
    for (const auto& one : views) {
      if (one->projector().needs_rebuild()) {
        rebuilds_.say(one->partition(), 0, one->projector().progress().next_index.value());
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<PartitionViews*> share;
      for (std::size_t v = i; v < views.size(); v += count) share.push_back(views[v].get());
      threads_.push_back(std::make_unique<FoldingThread>("wb-projector-" + std::to_string(i),
                                                         std::move(share), parts_, folded,
                                                         failures_, rebuilds_));
    }
  }

  std::string failure() const override { return failures_.text(); }
  std::string folding_anew() const override { return rebuilds_.text(); }
  bool failed(std::uint32_t partition) const override {
    return failures_.has(partition) || rebuilds_.has(partition);
  }

 private:
  const ProjectorParts parts_;
  Failures failures_;
  Rebuilds rebuilds_;
  std::vector<std::unique_ptr<FoldingThread>> threads_;
};

}  // namespace

std::unique_ptr<ProjectorRole> start_projector(const ManyViews& views, ProjectorParts parts,
                                               runtime::Metrics& metrics) {
  return std::make_unique<FoldingRole>(views, std::move(parts), metrics);
}

}  // namespace waybill::app
