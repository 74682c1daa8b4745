#include "relay/forward/login.h"

#include <algorithm>
#include <atomic>

#include "relay/policy/limits.h"

namespace waybill::relay::forward {

using runtime::Instant;
using smtp::Mechanism;

namespace {

// A provider has some hosts; beyond it the refusal that ends first is forgotten.
constexpr std::size_t kMostHosts = 100;

}  // namespace

std::uint64_t Login::next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::optional<Mechanism> Login::strongest_of(const std::vector<Mechanism>& offered) const {
  for (const Mechanism mechanism : mechanisms_) {
    if (std::find(offered.begin(), offered.end(), mechanism) != offered.end()) return mechanism;
  }
  return std::nullopt;
}

std::optional<Login::Trial> Login::try_at(const std::string& host,
                                          const runtime::Endpoint& at) const {
  const runtime::MutexLock lock(mutex_);
  if (taken_at_.contains(host)) return Trial(nullptr);
  if (!tried_at_.insert(at).second) return std::nullopt;
  return Trial([this, at] { end_trial(at); });
}

void Login::end_trial(const runtime::Endpoint& at) const {
  const runtime::MutexLock lock(mutex_);
  tried_at_.erase(at);
}

void Login::note_taken(const std::string& host) const {
  const runtime::MutexLock lock(mutex_);
  // More hosts than one provider has come and go: then each is tried anew.
  if (taken_at_.size() >= kMostHosts) taken_at_.clear();
  taken_at_.insert(host);
}

bool Login::note_refused(const std::string& host, std::string why, Instant now) const {
  return let_rest(host, {now + kLoginRest, {std::move(why), true}}, now);
}

void Login::note_put_off(const std::string& host, std::string why, Instant now) const {
  let_rest(host, {now + kLoginPause, {std::move(why), false}}, now);
}

bool Login::let_rest(const std::string& host, Until rest, Instant now) const {
  const runtime::MutexLock lock(mutex_);
  taken_at_.erase(host);
  std::erase_if(rests_, [now](const auto& one) { return one.second.until <= now; });
  const auto found = rests_.find(host);
  const bool had_refused = found != rests_.end() && found->second.rest.refused;
  // Who has refused it and could not judge it a moment later has refused it.
  if (had_refused && !rest.rest.refused) return false;
  if (found == rests_.end() && rests_.size() >= kMostHosts) {
    rests_.erase(std::min_element(rests_.begin(), rests_.end(), [](const auto& a, const auto& b) {
      return a.second.until < b.second.until;
    }));
  }
  rests_[host] = std::move(rest);
  return !had_refused;
}

std::optional<Login::Rest> Login::rests_at(const std::string& host, Instant now) const {
  const runtime::MutexLock lock(mutex_);
  const auto found = rests_.find(host);
  if (found == rests_.end() || found->second.until <= now) return std::nullopt;
  return found->second.rest;
}

}  // namespace waybill::relay::forward
