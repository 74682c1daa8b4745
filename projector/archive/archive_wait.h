// ArchiveWait: one reader's wait for news of any of several partitions.
#pragma once

#include <memory>
#include <vector>

#include "projector/archive/archive_end.h"

namespace waybill::projector {

// What a reader has read of a partition: it waits for the event of `index`.
struct ReadTo {
  ArchiveEnd* end = nullptr;
  schemas::EventIndex index;
};

// Used on one thread, but cancel(), which any may call.
class ArchiveWait {
 public:
  // True once any of the events is there. False: none was by `deadline`, which is looked at by
  // ArchiveEnd::expire() alone, cancel() was called, or an end was closed.
  runtime::Task<bool> beyond_any(std::vector<ReadTo> read, runtime::Instant deadline);

  // Ends the wait under way, and those to come at once.
  void cancel() noexcept;

 private:
  runtime::Mutex mutex_;
  std::shared_ptr<ArchiveEnd::News> waiting_ WAYBILL_GUARDED_BY(mutex_);
  bool cancelled_ WAYBILL_GUARDED_BY(mutex_) = false;
};

}  // namespace waybill::projector
