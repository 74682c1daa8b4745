// Publisher: the journal's records into the log, in order, until each is acknowledged; then the
// journal may let go of them.
//
// Promises: every record of the journal reaches the log at least once, and in each partition a
// record comes for the first time in the journal's order. When a producer fails it makes another
// and sends again from the first record that is not acknowledged; readers tell the repeats by
// (node, node_seq). While the log is away it holds a bounded window of records in memory: the
// journal has all of them.
// The acceptance of an open delivery stays in the journal, for recovery to read.
//
// One thread calls round(), one trim(), any the rest; PublisherThread does both.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/cloud_event.h"
#include "ingest/held_replies.h"
#include "ingest/journal.h"
#include "ingest/log_producer.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::ingest {

struct PublisherSettings {
  std::uint32_t partitions = 1;  // of the deliveries topic
  // Between the end of one producer and the next, so that a refusal that stays costs nothing.
  std::chrono::milliseconds pause{500};
};

class Publisher {
 public:
  // All outlive it; `held` may be null.
  Publisher(Journal& journal, const JournalStore& store, HeldReplies* held, MakeProducer make,
            PublisherSettings settings, runtime::Clock& clock, runtime::Metrics& metrics);
  ~Publisher();

  // Sends what there is and takes acknowledgements. Waits at most `wait` where there is nothing to
  // do.
  void round(std::chrono::milliseconds wait);
  // Lets the journal go of what was acknowledged, now and then: that may wait for the disk, and a
  // thread of its own may do it beside the rounds.
  void trim();
  // Both, for one thread.
  void step(std::chrono::milliseconds wait) {
    round(wait);
    trim();
  }

  // Every record below it is in the log.
  schemas::SequenceNumber acknowledged_end() const { return base_.load(std::memory_order_acquire); }
  // Records that are durable and not acknowledged.
  std::uint64_t backlog() const;
  // Sets the gauge to it. Any thread.
  void show_backlog() { backlog_gauge_.set(static_cast<double>(backlog())); }
  // Why nothing gets through now; empty: nothing is known to be wrong.
  std::string trouble() const;

 private:
  bool ensure_producer();
  void send_some();
  bool send_one(const JournalRecord& record);
  void take(const std::vector<std::uint64_t>& tags);
  void lose_producer(const std::string& why);
  void set_trouble(std::string why);
  void watch();

  Journal& journal_;
  const JournalStore& store_;
  HeldReplies* const held_;
  const MakeProducer make_;
  const PublisherSettings settings_;
  runtime::Clock& clock_;
  runtime::Counter& published_;
  runtime::Counter& restarts_;
  runtime::Gauge& backlog_gauge_;

  std::unique_ptr<LogProducer> producer_;
  runtime::Instant next_try_{};
  CloudEvent cloud_event_;
  std::vector<JournalRecord> unsent_;  // read, and from unsent_at_ on not sent yet
  std::size_t unsent_at_ = 0;
  schemas::SequenceNumber next_;  // to be sent next
  std::deque<bool> window_;       // acknowledged? of base_ and those after it, up to next_
  std::atomic<schemas::SequenceNumber> base_;
  schemas::SequenceNumber trimmed_;
  runtime::Instant last_trim_{};
  runtime::Instant awaited_since_{};  // while the window is not empty: the next acknowledgement
  std::vector<std::uint64_t> tags_;
  mutable runtime::Mutex mutex_;
  std::string trouble_ WAYBILL_GUARDED_BY(mutex_);
};

class PublisherThread {
 public:
  // The publisher outlives it.
  explicit PublisherThread(Publisher& publisher);
  // Ends after the round under way; what is not acknowledged is sent again at the next start.
  ~PublisherThread();
  PublisherThread(const PublisherThread&) = delete;
  PublisherThread& operator=(const PublisherThread&) = delete;

 private:
  void run();
  void run_trims();
  Publisher& publisher_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  std::thread trims_;
};

}  // namespace waybill::ingest
