// LogWatermark: up to when all that was in the log is in the views of one partition.
//
// Under load the views are always some records behind the log's end, and no question meets the
// moment in which they are not. So where the log ended is remembered with the time at which that
// was asked: as soon as the views have come that far, they are complete up to that time.
#pragma once

#include <optional>
#include <vector>

#include "ingest/event_stream.h"
#include "runtime/mutex.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::app {

// Any thread.
class LogWatermark {
 public:
  // Ends that are remembered. Where the views are further behind than these reach, every second one
  // is forgotten, so that the oldest stay.
  static constexpr std::size_t kSamples = 256;
  // A shorter time between two of them would say nothing new.
  static constexpr std::chrono::milliseconds kStep{100};

  // The newest time at which the log ended at or before `folded`; nullopt: none is known yet. It
  // never goes back.
  std::optional<runtime::Instant> complete(const ingest::LogEnd& end, schemas::LogOffset folded);

 private:
  runtime::Mutex mutex_;
  std::vector<ingest::LogEnd> ends_ WAYBILL_GUARDED_BY(mutex_);  // oldest first, beyond the views
  std::optional<runtime::Instant> complete_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::app
