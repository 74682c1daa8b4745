#include "relay/door/greylist.h"

#include <algorithm>

#include "relay/door/client_network.h"

namespace waybill::relay::door {

using runtime::WallTime;

std::string greylist_key(const runtime::IpAddress& client, std::string_view sender_domain) {
  const runtime::Network network = runtime::network_around(client, kSiteBits4, kClientBits6);
  return to_string(network).append(" ").append(sender_domain);
}

bool Greylist::is_over(const Known& known, WallTime now) const {
  if (known.is_taken()) return now - known.last > remember_;
  return now - known.first > retry_;
}

std::optional<std::chrono::seconds> Greylist::waits(const std::string& key, WallTime now) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key);
  if (found == known_.end() || is_over(found->second, now)) {
    return std::chrono::ceil<std::chrono::seconds>(wait_);
  }
  Known& known = found->second;
  if (known.is_taken()) return std::nullopt;
  // The clock was set back.
  known.first = std::min(known.first, now);
  const auto left = std::chrono::ceil<std::chrono::seconds>(wait_ - (now - known.first));
  if (left <= std::chrono::seconds(0)) return std::nullopt;
  return left;
}

void Greylist::put_off(const std::string& key, WallTime at) {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(key);
  // A try before its time does not begin the wait anew.
  if (found != known_.end() && !is_over(found->second, at)) return;
  Known& known = touch(key);
  known.first = at;
  known.last = WallTime{};
}

void Greylist::taken(const std::string& key, WallTime at) {
  const runtime::MutexLock lock(mutex_);
  Known& known = touch(key);
  known.last = std::max(known.last, at);
}

Greylist::Known& Greylist::touch(const std::string& key) {
  Known& known = known_[key];
  known.number = next_number_++;
  order_.emplace_back(known.number, key);
  // Places that count for nothing, and the oldest where there are too many.
  while (known_.size() > kMaxGreylisted || order_.size() > 2 * kMaxGreylisted) {
    const auto [number, oldest] = std::move(order_.front());
    order_.pop_front();
    const auto found = known_.find(oldest);
    if (found != known_.end() && found->second.number == number) known_.erase(found);
  }
  return known;
}

}  // namespace waybill::relay::door
