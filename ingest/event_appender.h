// EventAppender: the port through which the relay records events.
//
// Promises: when an append gives success, every one of `events` is durable (fdatasync returned),
// all of them or none, in the order given and after everything that was begun before. After an
// error none of the events is in the log, with two exceptions: Errc::fenced (unknown) and
// Errc::timeout (all of them are in the journal and will reach the log).
// Errc::log_full, Errc::no_space: nothing was written, space may come back. Errc::fenced: this
// process accepts nothing any more. Errc::timeout (HeldReplies): too late for the caller, who must
// now record an outcome for every delivery that the events opened.
//
// The caller has filled the envelope (see Recorder); the log assigns node_seq. An Accepted
// opens each of its targets' delivery ids, and an outcome closes the delivery id of its envelope:
// what is open when a process dies is settled by recovery (recovery.h).
#pragma once

#include <utility>
#include <vector>

#include "runtime/one_shot.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "schemas/event.h"

namespace waybill::ingest {

// Resolved once the batch is durable, or refused. Waited for once, or not at all.
using Recorded = runtime::OneShot<runtime::Result<void>>;

class EventAppender {
 public:
  virtual ~EventAppender() = default;
  // Queues the batch at once; what the caller does until it waits goes on beside the sync.
  virtual Recorded begin(std::vector<schemas::Event> events) = 0;

  runtime::Task<runtime::Result<void>> append(std::vector<schemas::Event> events) {
    const Recorded recorded = begin(std::move(events));
    co_return co_await recorded.wait();
  }
};

}  // namespace waybill::ingest
