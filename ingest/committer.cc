#include "ingest/committer.h"

#include <pthread.h>

namespace waybill::ingest {

Committer::Committer(Journal& journal) : journal_(journal), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "wb-committer");
}

Committer::~Committer() {
  journal_.stop_waiting();
  thread_.join();
}

// If the process ends while a batch waits in the queue, nobody was told that it is durable, and it
// is not on the disk. What a crash inside of commit_pending() leaves is told there.
void Committer::run() {
  while (journal_.wait_for_work()) journal_.commit_pending();
}

}  // namespace waybill::ingest
