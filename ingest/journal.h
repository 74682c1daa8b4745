// Journal: the durable records of one node, with group commit.
//
// begin() queues; the driver of the journal (Committer in production, the simulation's scheduler
// in tests) calls commit_pending(), which takes everything that arrived while the last sync ran,
// writes it as one batch, syncs once and wakes all. So all appends that wait share the cost of one
// sync.
//
// After any failed commit the journal is fenced: everybody in flight and everybody later gets
// Errc::fenced, and no later success revives it (Linux marks the lost pages clean; only a new
// process that reads the disk again knows what is there).
//
// Limits: a batch for which there is no room below `max_octets` gets Errc::log_full, and one that
// comes while the disk is short of space gets Errc::no_space. An acceptance
// is taken only with room for its outcomes too, and a batch that does nothing but close acceptances
// always fits: every acceptance can end. Records of who asked for history have half of the octets,
// and none of the disk once it has nothing to spare: however many ask, mail goes on. What steers
// always fits too, so that a token can be revoked on a disk that is full.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/clock_watch.h"
#include "ingest/event_appender.h"
#include "ingest/event_counters.h"
#include "ingest/event_stream.h"
#include "ingest/held_replies.h"
#include "ingest/journal_store.h"
#include "runtime/mutex.h"
#include "runtime/one_shot.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

struct JournalLimits {
  std::uint64_t max_octets = 8ULL << 30;
  // Kept free for the outcome of each open delivery: a reply's text is at most 2 KiB (schemas::
  // clean_reply_text), the addresses and names around it less than that.
  std::uint64_t outcome_octets = 4096;
};

class Journal final : public EventAppender {
 public:
  // The store outlives it.
  Journal(JournalStore& store, JournalLimits limits);

  // From now on an append succeeds only once the log has it too. `held` outlives this.
  void hold_replies(HeldReplies& held) { held_.store(&held); }

  // From now on every event that becomes durable is counted, before its append succeeds.
  // `counters` outlives this.
  void count_events(EventCounters& counters) { counters_.store(&counters); }

  // From now on it sees the time of what is recorded. `watch` outlives this.
  void watch_clock(ClockWatch& watch) { watch_.store(&watch); }

  // Any thread.
  Recorded begin(std::vector<schemas::Event> events) override;

  // Commits what is queued, as one batch. False if nothing was. One thread at a time.
  bool commit_pending();

  // Blocks until something is queued or stop_waiting() was called (then false).
  bool wait_for_work();
  void stop_waiting();

  // Records from this offset on (journal_offsets.h); reads run on the awaiting thread.
  std::unique_ptr<EventStream> stream(schemas::LogOffset from);

  // Blocks until a record of `seq` or beyond is durable, the journal is fenced, or `wait` is over;
  // true for the first. For a reader that has a thread of its own.
  bool wait_for_record(schemas::SequenceNumber seq, std::chrono::milliseconds wait);

  bool fenced() const { return fenced_.load(std::memory_order_acquire); }
  // `act` runs once, on the committing thread, when the journal is fenced; now, if it is already.
  // An empty `act` takes the last one back; after that returns, it does not run any more.
  void when_fenced(std::function<void()> act);

  // While it is short, the room that the disk still has is for what must be recorded: the ends of
  // what was accepted. Any thread.
  void set_short_of_space(bool short_of_space) { short_of_space_.store(short_of_space); }
  bool short_of_space() const { return short_of_space_.load(std::memory_order_relaxed); }

  // While nothing is to spare, the room is for mail. Any thread.
  void set_nothing_to_spare(bool nothing) { nothing_to_spare_.store(nothing); }
  bool nothing_to_spare() const { return nothing_to_spare_.load(std::memory_order_relaxed); }

  // Behind the last durable record.
  schemas::SequenceNumber end_seq() const { return durable_end_.load(std::memory_order_acquire); }
  std::uint64_t octets() const { return octets_.load(std::memory_order_relaxed); }

  // Every record below it is in the log, where that is another one. Any thread.
  void set_sent(schemas::SequenceNumber sent) { sent_.store(sent, std::memory_order_release); }
  // Notes beside the records how far they go, where that is news (JournalStore::note). One thread,
  // beside the one that commits.
  void note();

  // Before anything is recorded or read: what was in this journal is gone or stands elsewhere, its
  // numbers go on at `seq`, and `open` are the deliveries without an outcome, for recovery to
  // settle.
  runtime::Result<void> begin_at(schemas::SequenceNumber seq,
                                 const std::vector<OpenDelivery>& open);

  // Forgets records below `seq`.
  runtime::Result<void> trim(schemas::SequenceNumber seq);

 private:
  friend class JournalStream;

  struct Pending {
    std::vector<std::string> records;
    struct Change {
      std::string delivery_id;
      std::optional<std::size_t> opened_by;  // index into records; nullopt: closed
    };
    std::vector<Change> changes;
    std::size_t opens = 0;  // of the changes
    std::size_t closes() const { return changes.size() - opens; }
    std::size_t octets = 0;
    bool is_of_mail = false;  // or of what steers it
    bool only_steers = true;
    KindCounts kinds;
    Recorded done;
  };

  // Why there is no room for it.
  runtime::Result<void> fits(const Pending& pending) const;
  void add_to(JournalWrite& write, Pending& pending);
  void fence(const runtime::Error& error);
  void refresh_octets(std::uint64_t added);
  void wake_readers();

  JournalStore& store_;
  const JournalLimits limits_;
  std::atomic<bool> short_of_space_{false};
  std::atomic<bool> nothing_to_spare_{false};
  std::atomic<HeldReplies*> held_{nullptr};
  std::atomic<EventCounters*> counters_{nullptr};
  std::atomic<ClockWatch*> watch_{nullptr};

  runtime::Mutex mutex_;
  runtime::ConditionVariable arrived_;
  std::vector<Pending> queue_ WAYBILL_GUARDED_BY(mutex_);
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;

  std::atomic<bool> fenced_{false};
  std::atomic<schemas::SequenceNumber> durable_end_;
  std::atomic<std::uint64_t> octets_;
  std::uint64_t added_since_refresh_ = 0;
  std::atomic<schemas::SequenceNumber> sent_;
  // Of note()'s thread.
  schemas::SequenceNumber noted_end_;
  schemas::SequenceNumber noted_sent_;
  bool note_failed_ = false;
  // Deliveries accepted and without an outcome. Committing thread only.
  std::uint64_t open_ = 0;

  runtime::Mutex fence_mutex_;
  std::function<void()> when_fenced_ WAYBILL_GUARDED_BY(fence_mutex_);

  runtime::Mutex readers_mutex_;
  runtime::ConditionVariable committed_;
  std::vector<runtime::OneShot<bool>> readers_ WAYBILL_GUARDED_BY(readers_mutex_);
};

}  // namespace waybill::ingest
