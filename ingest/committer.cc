#include "ingest/committer.h"

#include <pthread.h>

#include "runtime/asio_clock.h"

namespace waybill::ingest {

namespace {

// What a lost end can hide: the records of so long. A note costs a sync of its own.
constexpr std::chrono::seconds kNoteEvery{1};

}  // namespace

Committer::Committer(Journal& journal)
    : journal_(journal), thread_([this] { run(); }), notes_([this] { run_notes(); }) {
  pthread_setname_np(thread_.native_handle(), "wb-committer");
  pthread_setname_np(notes_.native_handle(), "wb-mark");
}

Committer::~Committer() {
  journal_.stop_waiting();
  thread_.join();
  {
    const runtime::MutexLock lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  notes_.join();
}

void Committer::run_notes() {
  const runtime::MutexLock lock(mutex_);
  while (!ending_) {
    const runtime::Instant next = runtime::wait_end(kNoteEvery);
    while (!ending_ && ended_.wait_until(mutex_, next)) {
    }
    journal_.note();
  }
}

// If the process ends while a batch waits in the queue, nobody was told that it is durable, and it
// is not on the disk. What a crash inside of commit_pending() leaves is told there.
void Committer::run() {
  const runtime::AsioClock clock;
  while (journal_.wait_for_work()) {
    const runtime::Instant began = clock.now();
    const bool committed = journal_.commit_pending();
    runtime::Histogram* const seconds = seconds_.load();
    if (!committed || seconds == nullptr) continue;
    seconds->observe(std::chrono::duration<double>(clock.now() - began).count());
  }
}

}  // namespace waybill::ingest
