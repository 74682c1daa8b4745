#include "projector/archive/archive_wait.h"

#include <utility>

namespace waybill::projector {

runtime::Task<bool> ArchiveWait::beyond_any(std::vector<ReadTo> read, runtime::Instant deadline) {
  const auto news = std::make_shared<ArchiveEnd::News>();
  {
    const runtime::MutexLock lock(mutex_);
    if (cancelled_) co_return false;
    waiting_ = news;
  }
  for (const ReadTo& one : read) one.end->await(one.index, deadline, news);
  const bool there = co_await news->wait();
  for (const ReadTo& one : read) one.end->forget(news);
  const runtime::MutexLock lock(mutex_);
  waiting_.reset();
  co_return there;
}

void ArchiveWait::cancel() noexcept {
  std::shared_ptr<ArchiveEnd::News> waiting;
  {
    const runtime::MutexLock lock(mutex_);
    cancelled_ = true;
    waiting = waiting_;
  }
  if (waiting) waiting->give(false);
}

}  // namespace waybill::projector
