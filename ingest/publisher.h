// Publisher: the journal's records into the log, in order, until each is acknowledged; then the
// journal may let go of them.
//
// Promises: every record of the journal reaches the log at least once, and in each partition a
// record comes for the first time in the journal's order. When a producer fails it makes another
// and sends again from the first record that is not acknowledged; readers tell the repeats by
// (node, journal, node_seq). While the log is away it holds a bounded window of records in memory:
// the journal has all of them.
// The acceptance of an open delivery stays in the journal, for recovery to read. What the log has
// acknowledged stays for `keep`: an acknowledgement says that the brokers have it in memory. After
// a broker was lost it is looked whether they have it still (log_doubts.h), and a partition that
// has not gets again all that the journal has of it: where it ended nobody knows, for others may
// have written there meanwhile.
//
// One thread calls round(), one trim() and look(), any the rest; PublisherThread has both.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ingest/acked_offsets.h"
#include "ingest/cloud_event.h"
#include "ingest/held_replies.h"
#include "ingest/journal.h"
#include "ingest/log_doubts.h"
#include "ingest/log_producer.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::ingest {

struct PublisherSettings {
  std::uint32_t partitions = 1;  // of the deliveries topic
  // Between the end of one producer and the next, so that a refusal that stays costs nothing.
  std::chrono::milliseconds pause{500};
  // For so long the journal keeps what the log has acknowledged, while it has less than a fourth
  // of `max_octets`. Kafka's brokers leave it to the kernel to sync, which takes half a minute.
  std::chrono::seconds keep{3600};
  std::uint64_t max_octets = UINT64_MAX;  // the journal's limit
  // Where it is remembered what stands where in the log; empty: for the life of the process.
  std::string acked_file = {};
};

// The log, as the publisher reaches it.
struct PublishedLog {
  MakeProducer make;
  LookAt look_at = {};  // empty: nobody looks
};

class Publisher {
 public:
  // All outlive it; `held` may be null.
  Publisher(Journal& journal, const JournalStore& store, HeldReplies* held, PublishedLog log,
            PublisherSettings settings, runtime::Clock& clock, runtime::Metrics& metrics);
  ~Publisher();

  // Sends what there is and takes acknowledgements. Waits at most `wait` where there is nothing to
  // do.
  void round(std::chrono::milliseconds wait);
  // Lets the journal go of what was acknowledged, now and then: that may wait for the disk, and a
  // thread of its own may do it beside the rounds.
  void trim();
  // Looks whether the log has what it acknowledged, where that is in doubt; may wait for brokers.
  void look();
  // The last round: what is sent waits for no company. At most `wait`.
  void finish(std::chrono::milliseconds wait);
  // What is on record now lingers no longer: somebody waits for it to be in the log. Any thread.
  void hurry() { hurry_below_.store(journal_.end_seq(), std::memory_order_release); }
  // All of them, for one thread.
  void step(std::chrono::milliseconds wait) {
    round(wait);
    trim();
    look();
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
  void take(const std::vector<Acknowledged>& news);
  // What was sent and not acknowledged, and all from `from` on, is to be sent again.
  void begin_again(schemas::SequenceNumber from);
  void lose_producer(const std::string& why);
  void send_again(const std::set<LogPlace>& places);
  bool has_it_still(const OutRecord& record, schemas::SequenceNumber seq);
  schemas::SequenceNumber kept_from();
  void save_acked();
  void set_trouble(std::string why);
  void watch();

  Journal& journal_;
  const JournalStore& store_;
  HeldReplies* const held_;
  const PublishedLog log_;
  const PublisherSettings settings_;
  runtime::Clock& clock_;
  runtime::Counter& published_;
  runtime::Counter& restarts_;
  runtime::Counter& sent_again_;
  runtime::Gauge& backlog_gauge_;

  std::unique_ptr<LogProducer> producer_;
  runtime::Instant next_try_{};
  CloudEvent cloud_event_;
  std::string lean_;                   // what was sent last
  std::vector<JournalRecord> unsent_;  // read, and from unsent_at_ on not sent yet
  std::size_t unsent_at_ = 0;
  schemas::SequenceNumber next_;  // to be sent next
  struct InFlight {
    LogPlace place;
    bool acknowledged = false;
  };
  std::deque<InFlight> window_;  // base_ and those after it, up to next_
  std::atomic<schemas::SequenceNumber> base_;
  std::atomic<schemas::SequenceNumber> hurry_below_{};
  schemas::SequenceNumber trimmed_;
  runtime::Instant last_trim_{};
  runtime::Instant awaited_since_{};  // while the window is not empty: the next acknowledgement
  std::vector<Acknowledged> news_;
  AckedOffsets acked_;
  bool acked_changed_ = false;
  runtime::Instant last_save_{};
  std::uint64_t losses_ = 0;  // of brokers, as this producer has counted them
  LogDoubts doubts_;
  runtime::Instant last_look_{};
  // Records below this one were acknowledged before, and only those of these partitions are sent
  // again.
  schemas::SequenceNumber again_below_;
  std::set<LogPlace> short_;
  // Of trim(): what was acknowledged when.
  struct Acked {
    runtime::Instant at{};
    schemas::SequenceNumber below;
  };
  std::deque<Acked> acked_by_time_;
  mutable runtime::Mutex mutex_;
  std::string trouble_ WAYBILL_GUARDED_BY(mutex_);
};

class PublisherThread {
 public:
  // The publisher outlives it.
  explicit PublisherThread(Publisher& publisher);
  // Ends after the round under way, and a second at most for what lingers; what is not acknowledged
  // then is sent again at the next start.
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
