#include "relay/plan/tries.h"

#include <algorithm>

#include "runtime/check.h"

namespace waybill::relay::plan {

using runtime::WallTime;
using schemas::DeliveryId;

TryKey try_key(std::string_view sender, std::string_view alias, std::string_view target) {
  // No address has a NUL.
  runtime::Sha256 hash;
  hash.update(sender);
  hash.update(std::string_view("\0", 1));
  hash.update(alias);
  hash.update(std::string_view("\0", 1));
  hash.update(target);
  const runtime::Digest digest = hash.finish();
  return {std::string(digest.begin(), digest.begin() + kTryKeyOctets)};
}

Tries::Known& Tries::touch(const TryKey& key) {
  Known& known = known_[key.octets];
  known.number = next_number_++;
  order_.emplace_back(known.number, key.octets);
  while (known_.size() > kMostTries || order_.size() > 2 * kMostTries) {
    const auto [number, octets] = std::move(order_.front());
    order_.pop_front();
    const auto found = known_.find(octets);
    if (found != known_.end() && found->second.number == number) known_.erase(found);
  }
  return known;
}

std::optional<DeliveryId> Tries::take(const TryKey& key, WallTime now) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key.octets);
  if (found == known_.end() || !found->second.put_off) return std::nullopt;
  Known& known = found->second;
  const DeliveryId delivery = *std::exchange(known.put_off, std::nullopt);
  known.loans = known.lent == delivery ? known.loans + 1 : 1;
  known.lent = delivery;
  // A clock that has gone back makes it young, and does no harm: the views judge by the acceptance.
  const bool old = now - schemas::time_of(delivery) >= schemas::kRetryLife;
  if (old || known.loans >= kMostTriesOfOne) return std::nullopt;
  known.out = true;
  return delivery;
}

void Tries::end_loan(Known& known, const DeliveryId& delivery) const {
  if (known.lent == delivery) known.out = false;
}

void Tries::put_off(const TryKey& key, const DeliveryId& delivery) {
  const runtime::MutexLock lock(mutex_);
  Known& known = touch(key);
  end_loan(known, delivery);
  known.put_off = delivery;
}

void Tries::spent(const TryKey& key, const DeliveryId& delivery) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key.octets);
  if (found != known_.end()) end_loan(found->second, delivery);
}

void Tries::hear_put_off(const TryKey& key, const DeliveryId& delivery) {
  const runtime::MutexLock lock(mutex_);
  Known& known = touch(key);
  if (known.out && known.lent == delivery) return;
  // An id begins with its time.
  if (!known.put_off || *known.put_off < delivery) known.put_off = delivery;
}

void Tries::hear_spent(const TryKey& key, const DeliveryId& delivery) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key.octets);
  if (found != known_.end() && found->second.put_off == delivery) found->second.put_off.reset();
}

void Tries::drop_old(Known& known, WallTime now) const {
  std::erase_if(known.done,
                [now](const Content& one) { return now - one.at >= schemas::kDoneLife; });
}

bool Tries::any_done(const TryKey& key, WallTime now) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key.octets);
  if (found == known_.end()) return false;
  drop_old(found->second, now);
  return !found->second.done.empty();
}

std::optional<DeliveryId> Tries::done(const TryKey& key, std::string_view digest, WallTime now) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key.octets);
  if (found == known_.end()) return std::nullopt;
  drop_old(found->second, now);
  for (const Content& one : found->second.done) {
    if (one.digest == digest) return one.delivery;
  }
  return std::nullopt;
}

void Tries::remember_done(const TryKey& key, std::string_view digest, const DeliveryId& delivery,
                          WallTime at) {
  runtime::check(digest.size() == kContentDigestOctets, "a content's digest has its size");
  const runtime::MutexLock lock(mutex_);
  Known& known = touch(key);
  drop_old(known, at);
  const auto same = std::find_if(known.done.begin(), known.done.end(),
                                 [digest](const Content& one) { return one.digest == digest; });
  if (same != known.done.end()) return;
  if (known.done.size() >= kMostContents) known.done.erase(known.done.begin());
  known.done.push_back({std::string(digest), delivery, at});
}

}  // namespace waybill::relay::plan
