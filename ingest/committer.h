// Committer: the thread that drives the journal's group commit.
#pragma once

#include <thread>

#include "ingest/journal.h"

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
  Journal& journal_;
  std::thread thread_;
};

}  // namespace waybill::ingest
