// LocalLog: the journal of this process with what drives it: its store, the committer and, where
// the log is on Kafka, the publisher. A process opens it before anything else and ends it after
// everything else.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "ingest/committer.h"
#include "ingest/event_counters.h"
#include "ingest/journal.h"
#include "ingest/publisher.h"
#include "ingest/recovery.h"
#include "runtime/asio_clock.h"
#include "runtime/metrics.h"

namespace waybill::app {

class LocalLog {
 public:
  // Errc::locked: another process has the directory. Errc::io_error, Errc::corrupt: the journal
  // cannot be read.
  static runtime::Explained<std::unique_ptr<LocalLog>> open(const Config& config);

  ingest::Journal& journal() { return *journal_; }
  const ingest::Journal& journal() const { return *journal_; }
  ingest::JournalStore& store() { return *store_; }
  const ingest::JournalStore& store() const { return *store_; }

  // To be called before any mail is taken: records as in doubt each delivery that a crash left
  // open. From this call on `metrics`, which outlives this, counts the events on record.
  // `elsewhere`: where acceptances are that the journal has not any more.
  runtime::Explained<void> settle(const Config& config, runtime::Metrics& metrics,
                                  ingest::KeptElsewhere elsewhere);

  // From this call on a publisher sends the journal's records to Kafka. `metrics` outlives this.
  void publish(const Config& config, runtime::Metrics& metrics);
  // What goes by the clock while the publisher waits for a broker: replies that were held for too
  // long, and its gauge. A few times a second, from publish() on.
  void tick();
  // What is to be known of the clock that stamps events; empty: nothing. From settle() on, any
  // thread.
  std::string clock_note() const { return watch_->note(); }
  // nullptr where the journal is the log.
  ingest::Publisher* publisher() const { return publisher_.get(); }

 private:
  LocalLog() = default;

  runtime::AsioClock clock_;
  std::unique_ptr<ingest::JournalStore> store_;
  std::unique_ptr<ingest::HeldReplies> held_;
  std::unique_ptr<ingest::EventCounters> counters_;
  std::unique_ptr<ingest::ClockWatch> watch_;
  std::unique_ptr<ingest::Journal> journal_;
  std::unique_ptr<ingest::Committer> committer_;
  std::unique_ptr<ingest::Publisher> publisher_;
  std::unique_ptr<ingest::PublisherThread> publishing_;
};

}  // namespace waybill::app
