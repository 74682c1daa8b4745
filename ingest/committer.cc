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

void Committer::run() {
  while (journal_.wait_for_work()) journal_.commit_pending();
}

}  // namespace waybill::ingest
