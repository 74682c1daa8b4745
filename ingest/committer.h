// Committer: the threads that drive the journal: one its group commit, one its mark.
#pragma once

#include <thread>

#include "ingest/journal.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

class Committer {
 public:
  // The journal outlives it.
  explicit Committer(Journal& journal);
  // Commits what is still queued, then ends.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

 private:
  void run();
  void run_notes();
  Journal& journal_;
  runtime::Mutex mutex_;
  runtime::ConditionVariable ended_;
  bool ending_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::thread notes_;
};

}  // namespace waybill::ingest
