#include "app/roles/log_watermark.h"

#include <algorithm>

namespace waybill::app {

using ingest::LogEnd;
using runtime::Instant;

std::optional<Instant> LogWatermark::complete(const LogEnd& end, schemas::LogOffset folded) {
  const runtime::MutexLock lock(mutex_);
  const bool news = ends_.empty() || end.asked - ends_.back().asked >= kStep;
  if (end.offset <= folded || news) ends_.push_back(end);
  const auto beyond = std::find_if(ends_.begin(), ends_.end(),
                                   [&](const LogEnd& one) { return one.offset > folded; });
  if (beyond != ends_.begin()) {
    const Instant reached = std::prev(beyond)->asked;
    complete_ = complete_ ? std::max(*complete_, reached) : reached;
    ends_.erase(ends_.begin(), beyond);
  }
  if (ends_.size() > kSamples) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ends_.size(); i += 2) ends_[kept++] = ends_[i];
    ends_.resize(kept);
  }
  return complete_;
}

}  // namespace waybill::app
