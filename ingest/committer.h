// Committer: the threads that drive the journal: one its group commit, one its mark.
#pragma once

#include <atomic>
#include <thread>

#include "ingest/journal.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

class Committer {
 public:
  // The journal outlives it.
  explicit Committer(Journal& journal);
  // Commits what is still queued, then ends.
  ~Committer();

  // From now on it is measured how long a batch takes, its sync included. `seconds` outlives this.
  void measure(runtime::Histogram& seconds) { seconds_.store(&seconds); }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

 private:
  void run();
  void run_notes();
  Journal& journal_;
  std::atomic<runtime::Histogram*> seconds_{nullptr};
  runtime::Mutex mutex_;
  runtime::ConditionVariable ended_;
  bool ending_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::thread notes_;
};

}  // namespace waybill::ingest
