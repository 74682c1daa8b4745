#include "projector/archive/archive_end.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waybill::projector {

template <class Ends>
void ArchiveEnd::end_waits(Ends ends, bool answer) {
  std::vector<Waiting> ended;
  {
    const runtime::MutexLock lock(mutex_);
    const auto rest = std::partition(waiting_.begin(), waiting_.end(),
                                     [&](const Waiting& one) { return !ends(one); });
    ended.assign(std::make_move_iterator(rest), std::make_move_iterator(waiting_.end()));
    waiting_.erase(rest, waiting_.end());
  }
  for (const Waiting& one : ended) one.news->give(answer);
}

void ArchiveEnd::reached(schemas::EventIndex end) {
  end_.store(end, std::memory_order_release);
  end_waits([end](const Waiting& one) { return one.index < end; }, true);
}

runtime::Task<bool> ArchiveEnd::beyond(schemas::EventIndex index, runtime::Instant deadline) {
  const auto news = std::make_shared<News>();
  await(index, deadline, news);
  co_return co_await news->wait();
}

void ArchiveEnd::await(schemas::EventIndex index, runtime::Instant deadline,
                       std::shared_ptr<News> news) {
  {
    const runtime::MutexLock lock(mutex_);
    // Looked at under the lock: reached() comes for the list after it has told the end.
    if (index >= this->index() && !closed_) {
      waiting_.push_back({index, deadline, std::move(news)});
      return;
    }
  }
  news->give(index < this->index());
}

void ArchiveEnd::forget(const std::shared_ptr<News>& news) {
  const runtime::MutexLock lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.news == news; });
}

void ArchiveEnd::expire(runtime::Instant now) {
  end_waits([now](const Waiting& one) { return one.deadline <= now; }, false);
}

void ArchiveEnd::close() {
  {
    const runtime::MutexLock lock(mutex_);
    closed_ = true;
  }
  end_waits([](const Waiting&) { return true; }, false);
}

}  // namespace waybill::projector
