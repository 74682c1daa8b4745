#include "ingest/held_replies.h"

#include <algorithm>
#include <vector>

#include "runtime/clock.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;

HeldReplies::~HeldReplies() {
  for (const Held& held : held_) held.done.give(make_error_code(Errc::closed));
}

void HeldReplies::hold(schemas::SequenceNumber end, Recorded done) {
  {
    const runtime::MutexLock lock(mutex_);
    if (end > acknowledged_) {
      held_.push_back({end, clock_.now(), std::move(done)});
      return;
    }
  }
  done.give(Result<void>());
}

void HeldReplies::acknowledged(schemas::SequenceNumber end) {
  std::vector<Recorded> told;
  {
    const runtime::MutexLock lock(mutex_);
    acknowledged_ = std::max(acknowledged_, end);
    for (; !held_.empty() && held_.front().end <= acknowledged_; held_.pop_front()) {
      told.push_back(std::move(held_.front().done));
    }
  }
  for (const Recorded& done : told) done.give(Result<void>());
}

void HeldReplies::expire() {
  const runtime::Instant limit = clock_.now() - timeout_;
  std::vector<Recorded> late;
  {
    const runtime::MutexLock lock(mutex_);
    for (; !held_.empty() && held_.front().since < limit; held_.pop_front()) {
      late.push_back(std::move(held_.front().done));
    }
  }
  for (const Recorded& done : late) done.give(make_error_code(Errc::timeout));
}

std::size_t HeldReplies::size() const {
  const runtime::MutexLock lock(mutex_);
  return held_.size();
}

}  // namespace waybill::ingest
