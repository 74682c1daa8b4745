// Workers: named threads for calls that block (RocksDB, spool files), so that none of them ever
// runs on an I/O thread. Work beyond the queue's limit is refused, not piled up.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "runtime/one_shot.h"
#include "runtime/result.h"

namespace waybill::runtime {

class Workers {
 public:
  virtual ~Workers() = default;
  // False if the queue is full; the job then never runs.
  virtual bool submit(std::function<void()> job) = 0;
};

// A pool of `threads` threads named `name` (15 characters at most show in ps). Destruction runs
// what was queued, then joins.
std::unique_ptr<Workers> thread_workers(std::string name, std::size_t threads,
                                        std::size_t queue_limit);

// Runs each job at once on the calling thread: for the simulation and for command-line tools.
std::unique_ptr<Workers> inline_workers();

// Runs job() on a worker and resumes with its value; Errc::temporary if the queue is full.
// `job` returns Result<T>. Pass a named function object that owns what it needs.
template <class Job>
Task<std::invoke_result_t<Job&>> run_on(Workers& workers, Job job) {
  using Answer = std::invoke_result_t<Job&>;
  const OneShot<Answer> answer;
  std::function<void()> wrapped = [answer, job = std::move(job)]() mutable { answer.give(job()); };
  if (!workers.submit(std::move(wrapped))) co_return Answer(make_error_code(Errc::temporary));
  co_return co_await answer.wait();
}

}  // namespace waybill::runtime
