// HeldReplies: appends that are durable in the journal and wait until the log has them too
// (ack = "kafka"). A caller that has waited for the timeout gets Errc::timeout: its events stay in
// the journal and reach the log later, but it must not report success now.
//
// Any thread. Appends still held when this is destroyed get Errc::closed.
#pragma once

#include <chrono>
#include <deque>

#include "ingest/event_appender.h"
#include "runtime/mutex.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

class HeldReplies {
 public:
  // The clock outlives it.
  HeldReplies(const runtime::Clock& clock, std::chrono::milliseconds timeout)
      : clock_(clock), timeout_(timeout) {}
  ~HeldReplies();

  // `end`: the sequence number behind the append's last record; ascending from call to call.
  void hold(schemas::SequenceNumber end, Recorded done);

  // The log has every record below `end`.
  void acknowledged(schemas::SequenceNumber end);

  // Ends the appends whose timeout has passed. To be called now and then.
  void expire();

  std::size_t size() const;

 private:
  struct Held {
    schemas::SequenceNumber end;
    runtime::Instant since;
    Recorded done;
  };

  const runtime::Clock& clock_;
  const std::chrono::milliseconds timeout_;
  mutable runtime::Mutex mutex_;
  std::deque<Held> held_ WAYBILL_GUARDED_BY(mutex_);
  schemas::SequenceNumber acknowledged_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::ingest
