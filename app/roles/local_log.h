// LocalLog: the journal of this process and what drives it: store, committer, and with Kafka the
// publisher behind it. Opened before anything else, ended after everything else.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "ingest/committer.h"
#include "ingest/event_counters.h"
#include "ingest/journal.h"
#include "ingest/publisher.h"
#include "runtime/asio_clock.h"
#include "runtime/metrics.h"

namespace waybill::app {

class LocalLog {
 public:
  // Errc::locked: another process has the directory; io_error, corrupt.
  static runtime::Explained<std::unique_ptr<LocalLog>> open(const Config& config);

  ingest::Journal& journal() { return *journal_; }
  const ingest::Journal& journal() const { return *journal_; }
  const ingest::JournalStore& store() const { return *store_; }

  // Before any mail is taken: what a crash left open is recorded as in doubt. From here on
  // `metrics`, which outlives this, counts the events on record.
  runtime::Explained<void> settle(const Config& config, runtime::Metrics& metrics);

  // From now on the journal is the outbox in front of Kafka. `metrics` outlives this.
  void publish(const Config& config, runtime::Metrics& metrics);
  // nullptr: the journal is the log.
  const ingest::Publisher* publisher() const { return publisher_.get(); }

 private:
  LocalLog() = default;

  runtime::AsioClock clock_;
  std::unique_ptr<ingest::JournalStore> store_;
  std::unique_ptr<ingest::HeldReplies> held_;
  std::unique_ptr<ingest::EventCounters> counters_;
  std::unique_ptr<ingest::Journal> journal_;
  std::unique_ptr<ingest::Committer> committer_;
  std::unique_ptr<ingest::Publisher> publisher_;
  std::unique_ptr<ingest::PublisherThread> publishing_;
};

}  // namespace waybill::app
