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

// Of all threads: which partitions are not folded any more, and why.
class Failures {
 public:
  void add(std::uint32_t partition, const std::string& why) {
    runtime::log(Level::error, "app",
                 "a partition is not folded any more; its history stands still",
                 {{"partition", std::uint64_t{partition}}, {"why", why}});
    const runtime::MutexLock lock(mutex_);
    failures_[partition] = why;
  }
  bool has(std::uint32_t partition) const {
    const runtime::MutexLock lock(mutex_);
    return failures_.contains(partition);
  }
  std::string text() const {
    const runtime::MutexLock lock(mutex_);
    std::string out;
    for (const auto& [partition, why] : failures_) {
      if (!out.empty()) out += "; ";
      out += "partition " + std::to_string(partition) + ": " + why;
    }
    return out;
  }

 private:
  mutable runtime::Mutex mutex_;
  std::map<std::uint32_t, std::string> failures_ WAYBILL_GUARDED_BY(mutex_);
};

class FoldingThread {
 public:
  FoldingThread(std::string name, std::vector<PartitionViews*> views, const ProjectorParts& parts,
                runtime::Counter& folded, Failures& failures)
      : views_(std::move(views)),
        parts_(parts),
        folded_(folded),
        failures_(failures),
        thread_(name),
        scope_(thread_.executor()) {
    // Not waited for: a stream may block its thread from the first record on.
    boost::asio::post(thread_.executor(), [this] { scope_.spawn("projector", run()); });
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
    while (ingest::EventStream* const stream = open_stream()) co_await follow(*stream);
    for (std::size_t i = 0; i < views_.size(); ++i) settle_next();
  }

  // Null: nothing is left to be folded here, or it is time to end.
  ingest::EventStream* open_stream() {
    std::vector<ingest::StreamPosition> positions;
    for (const PartitionViews* one : views_) {
      if (!failures_.has(one->partition())) positions.push_back(one->position());
    }
    const runtime::MutexLock lock(mutex_);
    if (stopping_ || positions.empty()) return nullptr;
    auto stream = parts_.read(std::move(positions));
    if (!stream) {
      const std::string why = stream.error().why;
      for (const PartitionViews* one : views_) failures_.add(one->partition(), why);
      return nullptr;
    }
    stream_ = std::move(*stream);
    return stream_.get();
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
      const std::size_t count = records->size();
      const bool whole = fold(std::move(*records));
      folded_.add(static_cast<double>(count));
      if (clock_.now() - last_sync_ >= kSyncEvery / views_.size()) settle_next();
      if (!whole) co_return;
      const bool behind = count == most;
      most = behind ? kCatchUpRecords : kBatchRecords;
      if (!behind) co_await clock_.sleep_until(clock_.now() + kGather);
    }
  }

  void stream_ended(const ingest::StreamFailure& failure) {
    if (failure == Errc::closed) return;
    for (const PartitionViews* one : views_) {
      if (!failure.partition || *failure.partition == one->partition()) {
        failures_.add(one->partition(), failure.why);
      }
    }
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
        continue;
      }
      failures_.add(one->partition(),
                    "the views cannot be written: " + projected.error().message());
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
      failures_.add(one->partition(), "the views cannot be synced: " + synced.error().message());
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
  runtime::AsioClock clock_;
  Instant last_sync_{};
  std::size_t next_sync_ = 0;
  runtime::Mutex mutex_;
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<ingest::EventStream> stream_ WAYBILL_GUARDED_BY(mutex_);
  runtime::IoThread thread_;
  runtime::Scope scope_;
};

class Role final : public ProjectorRole {
 public:
  Role(const ManyViews& views, ProjectorParts parts, runtime::Metrics& metrics)
      : parts_(std::move(parts)) {
    auto& folded =
        metrics.counter("waybill_projector_events_total", "Events folded into the views");
    const std::size_t count = std::min<std::size_t>(std::max(parts_.threads, 1U), views.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<PartitionViews*> share;
      for (std::size_t v = i; v < views.size(); v += count) share.push_back(views[v].get());
      threads_.push_back(std::make_unique<FoldingThread>(
          "wb-projector-" + std::to_string(i), std::move(share), parts_, folded, failures_));
    }
  }

  std::string failure() const override { return failures_.text(); }
  bool failed(std::uint32_t partition) const override { return failures_.has(partition); }

 private:
  const ProjectorParts parts_;
  Failures failures_;
  std::vector<std::unique_ptr<FoldingThread>> threads_;
};

}  // namespace

std::unique_ptr<ProjectorRole> start_projector(const ManyViews& views, ProjectorParts parts,
                                               runtime::Metrics& metrics) {
  return std::make_unique<Role>(views, std::move(parts), metrics);
}

}  // namespace waybill::app
