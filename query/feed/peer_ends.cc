#include "query/feed/peer_ends.h"

#include <algorithm>

#include "runtime/check.h"

namespace waybill::query::feed {

using runtime::MutexLock;

PeerEnds::PeerEnds(std::vector<std::uint32_t> partitions, const runtime::Clock& clock)
    : partitions_(std::move(partitions)), clock_(clock), all_([this] {
        std::vector<std::unique_ptr<One>> out(partitions_.size());
        for (auto& one : out) one = std::make_unique<One>();
        return out;
      }()) {}

PeerEnds::One& PeerEnds::at(std::uint32_t partition) const {
  const auto found = std::lower_bound(partitions_.begin(), partitions_.end(), partition);
  runtime::check(found != partitions_.end() && *found == partition, "a partition of other nodes");
  return *all_[static_cast<std::size_t>(found - partitions_.begin())];
}

projector::ArchiveEnd& PeerEnds::end(std::uint32_t partition) { return at(partition).end; }

PeerEnds::State PeerEnds::state(std::uint32_t partition) const {
  const One& one = at(partition);
  const MutexLock lock(mutex_);
  State out = one.state;
  out.end = one.end.index();
  return out;
}

std::vector<std::uint32_t> PeerEnds::missing() const {
  const MutexLock lock(mutex_);
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    if (!all_[i]->state.in_reach) out.push_back(partitions_[i]);
  }
  return out;
}

bool PeerEnds::settled() const {
  const MutexLock lock(mutex_);
  return std::all_of(all_.begin(), all_.end(), [](const auto& one) { return one->settled; });
}

void PeerEnds::want() {
  const runtime::Instant now = clock_.now();
  const MutexLock lock(mutex_);
  if (wanted_until_ <= now) told_.notify_all();
  wanted_until_ = now + kWantedFor;
}

bool PeerEnds::wanted() const {
  const runtime::Instant now = clock_.now();
  const MutexLock lock(mutex_);
  return now < wanted_until_ && !closed_;
}

bool PeerEnds::wait_until_wanted(runtime::Duration most) {
  const runtime::Instant end = runtime::wait_end(most);
  const MutexLock lock(mutex_);
  while (!closed_ && clock_.now() >= wanted_until_) {
    if (!told_.wait_until(mutex_, end)) break;
  }
  return !closed_ && clock_.now() < wanted_until_;
}

void PeerEnds::learned(std::uint32_t partition, schemas::EventIndex end,
                       std::optional<std::uint64_t> lag, const std::string& owner) {
  One& one = at(partition);
  const MutexLock lock(mutex_);
  const bool is_news = !one.state.in_reach;
  one.state = {true, {}, owner, lag};
  one.settled = true;
  // Under the lock, so that a loss beside it is before it or behind it.
  if (end != one.end.index()) one.end.reached(end);
  if (is_news) tell_change();
}

void PeerEnds::lost(std::uint32_t partition) {
  One& one = at(partition);
  const MutexLock lock(mutex_);
  one.settled = true;
  one.end.lost();
  one.state.lag.reset();
  if (std::exchange(one.state.in_reach, false)) tell_change();
}

void PeerEnds::forget() {
  const MutexLock lock(mutex_);
  for (const auto& one : all_) {
    one->end.lost();
    one->state = {};
    one->settled = false;
  }
  tell_change();
}

void PeerEnds::tell_change() { changes_.reached(changes_.index() + 1); }

void PeerEnds::expire(runtime::Instant now) {
  changes_.expire(now);
  for (const auto& one : all_) one->end.expire(now);
}

void PeerEnds::close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
  }
  told_.notify_all();
  changes_.close();
  for (const auto& one : all_) one->end.close();
}

bool PeerEnds::closed() const {
  const MutexLock lock(mutex_);
  return closed_;
}

}  // namespace waybill::query::feed
