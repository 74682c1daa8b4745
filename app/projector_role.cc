#include "app/projector_role.h"

#include <atomic>
#include <mutex>

#include "ingest/retention.h"
#include "projector/projector.h"
#include "runtime/asio_clock.h"
#include "runtime/io_thread.h"
#include "runtime/log.h"
#include "runtime/scope.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Instant;
using runtime::Level;
using runtime::Result;
using runtime::Task;

namespace {

// One WriteBatch: enough to make its cost small, few enough that a reader sees an event within
// milliseconds.
constexpr std::size_t kBatchRecords = 1000;
// What a power cut can make us fold again, and how often the journal may be trimmed.
constexpr std::chrono::seconds kSyncEvery{5};
// A batch costs a write and a wake-up whatever is in it: what comes within a few milliseconds goes
// into the next one together. Nobody sees an event later for it than this.
constexpr std::chrono::milliseconds kGather{4};

class Role final : public ProjectorRole {
 public:
  Role(const Config& config, ingest::Journal& journal, const ingest::JournalStore& journal_store,
       projector::ViewStore& views, runtime::Metrics& metrics,
       std::unique_ptr<projector::Projector> projector)
      : retention_{config.journal_keep, config.journal_max},
        journal_(journal),
        journal_store_(journal_store),
        views_(views),
        projector_(std::move(projector)),
        folded_(metrics.counter("waybill_projector_events_total", "Events folded into the views")),
        folded_to_(projector_->progress().next_offset),
        stream_(journal.stream(projector_->progress().next_offset)),
        scope_(thread_.executor()) {
    thread_.call([this] { scope_.spawn("projector", run()); });
  }

  ~Role() override {
    stream_->close();
    while (running()) std::this_thread::yield();
  }

  // Of what is in the store, not of what was read: an answer that says 0 has everything.
  std::uint64_t lag() const override {
    const std::uint64_t on_record = journal_.end_seq() - 1;
    const std::uint64_t folded = folded_to_.load(std::memory_order_acquire);
    return on_record > folded ? on_record - folded : 0;
  }

  std::string failure() const override {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  bool running() {
    std::size_t count = 0;
    thread_.call([&] { count = scope_.running(); });
    return count > 0;
  }

  Task<void> run() {
    Instant last_sync = clock_.now();
    for (;;) {
      auto records = co_await stream_->next(kBatchRecords);
      if (!records && records.error() == Errc::closed) break;
      if (!records) {
        fail("the journal cannot be read", records.error());
        co_return;
      }
      const auto projected = projector_->project(*records);
      if (!projected) {
        fail("the views cannot be written", projected.error());
        co_return;
      }
      folded_to_.store(projector_->progress().next_offset, std::memory_order_release);
      folded_.add(static_cast<double>(records->size()));
      if (clock_.now() - last_sync >= kSyncEvery) {
        last_sync = clock_.now();
        if (!settle()) co_return;
      }
      if (records->size() < kBatchRecords) co_await clock_.sleep_until(clock_.now() + kGather);
    }
    const bool settled = settle();
    (void)settled;
  }

  // Makes the views durable, then lets the journal go of what they have. A record's sequence number
  // is its offset + 1.
  bool settle() {
    const auto synced = views_.sync();
    if (!synced) {
      fail("the views cannot be synced", synced.error());
      return false;
    }
    const std::uint64_t durable_end = projector_->progress().next_offset + 1;
    const auto trimmed =
        trim_journal(journal_, journal_store_, retention_, durable_end, clock_.wall());
    if (!trimmed) {
      runtime::log(Level::warn, "app", "journal could not be trimmed",
                   {{"error", trimmed.error().message()}});
    }
    return true;
  }

  void fail(const std::string& what, const runtime::Error& error) {
    runtime::log(Level::error, "app", "projector stopped; mail goes on, history stands still",
                 {{"what", what}, {"error", error.message()}});
    const std::lock_guard lock(mutex_);
    failure_ = what + ": " + error.message();
  }

  const ingest::Retention retention_;
  ingest::Journal& journal_;
  const ingest::JournalStore& journal_store_;
  projector::ViewStore& views_;
  std::unique_ptr<projector::Projector> projector_;
  runtime::Counter& folded_;
  std::atomic<std::uint64_t> folded_to_;  // the log offset behind what is in the store
  runtime::AsioClock clock_;
  std::unique_ptr<ingest::EventStream> stream_;
  mutable std::mutex mutex_;
  std::string failure_;
  runtime::IoThread thread_{"wb-projector"};
  runtime::Scope scope_;
};

}  // namespace

Result<std::unique_ptr<projector::Projector>> open_projector(
    const ingest::JournalStore& journal_store, projector::ViewStore& views, std::string& why) {
  auto projector = projector::Projector::open(views, 0);
  if (!projector) {
    why = "the views do not say where they stand: " + projector.error().message();
    return projector.error();
  }
  const std::uint64_t next_seq = (*projector)->progress().next_offset + 1;
  if (next_seq > journal_store.end_seq()) {
    why = "the views are ahead of the journal (they have folded record " +
          std::to_string(next_seq - 1) + ", the journal ends at " +
          std::to_string(journal_store.end_seq() - 1) +
          "): the journal was lost or replaced by an older one. Restore the journal, or move both "
          "journal and views away to begin anew";
    return make_error_code(Errc::corrupt);
  }
  if (next_seq < journal_store.first_seq()) {
    why = "the views end at record " + std::to_string(next_seq - 1) +
          " and the journal begins at record " + std::to_string(journal_store.first_seq()) +
          ": what lies between is only in the views that were lost. Restore the views";
    return make_error_code(Errc::corrupt);
  }
  return std::move(*projector);
}

std::unique_ptr<ProjectorRole> start_projector(const Config& config, ingest::Journal& journal,
                                               const ingest::JournalStore& journal_store,
                                               projector::ViewStore& views,
                                               std::unique_ptr<projector::Projector> projector,
                                               runtime::Metrics& metrics) {
  return std::make_unique<Role>(config, journal, journal_store, views, metrics,
                                std::move(projector));
}

}  // namespace waybill::app
