// run_on_until(): a job on workers that is waited for until a deadline and no longer, wherever it
// is then: one that still waits for a thread never runs, one that runs ends for nobody.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "runtime/workers.h"

namespace waybill::runtime {

// How late the waiter may see the answer.
inline constexpr std::chrono::milliseconds kAnswerSeenWithin{1};

template <class Answer>
class AnswerToCome {
 public:
  void give(Answer answer) {
    const MutexLock lock(mutex_);
    answer_.emplace(std::move(answer));
  }
  std::optional<Answer> take() {
    const MutexLock lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  Mutex mutex_;
  std::optional<Answer> answer_ WAYBILL_GUARDED_BY(mutex_);
};

// Errc::timeout; Errc::temporary if the queue is full. `job` returns Result<T>, and owns what it
// needs or refers to what outlives the workers, as the clock does.
template <class Job>
Task<std::invoke_result_t<Job&>> run_on_until(Workers& workers, Clock& clock, Instant deadline,
                                              Job job) {
  using Answer = std::invoke_result_t<Job&>;
  const auto to_come = std::make_shared<AnswerToCome<Answer>>();
  std::function<void()> wrapped = [to_come, &clock, deadline, job = std::move(job)]() mutable {
    if (clock.now() < deadline) to_come->give(job());
  };
  if (!workers.submit(std::move(wrapped))) co_return Answer(make_error_code(Errc::temporary));
  for (;;) {
    auto answer = to_come->take();
    if (answer) co_return std::move(*answer);
    if (clock.now() >= deadline) co_return Answer(make_error_code(Errc::timeout));
    co_await clock.sleep_until(clock.now() + kAnswerSeenWithin);
  }
}

}  // namespace waybill::runtime
