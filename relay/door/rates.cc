#include "relay/door/rates.h"

#include <algorithm>
#include <vector>

#include "relay/door/client_network.h"

namespace waybill::relay::door {

using runtime::Instant;

double Rates::Buckets::level(const std::string& key, Instant now) const {
  const auto found = levels.find(key);
  if (found == levels.end()) return 0;
  return found->second.level_at(now, per_hour);
}

bool Rates::Buckets::full(const std::string& key, Instant now) const {
  return per_hour > 0 && !key.empty() && level(key, now) + 1 > per_hour;
}

void Rates::Buckets::add(const std::string& key, Instant now) {
  if (per_hour == 0 || key.empty()) return;
  const double before = level(key, now);
  if (levels.size() >= kMaxRated && !levels.contains(key)) forget(now);
  levels[key] = {before + 1, now};
}

// Those that are empty, and where that is not enough, the emptier half.
void Rates::Buckets::forget(Instant now) {
  std::vector<double> left;
  left.reserve(levels.size());
  for (const auto& [key, one] : levels) left.push_back(one.level_at(now, per_hour));
  const auto middle = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
  std::nth_element(left.begin(), middle, left.end());
  const double most = *middle;
  std::erase_if(levels,
                [&](const auto& entry) { return entry.second.level_at(now, per_hour) <= most; });
}

std::optional<Exceeded> Rates::take(const runtime::IpAddress& client,
                                    const std::string& sender_domain, Instant now) {
  const std::string host = runtime::ip_text(client_network(client));
  const std::string network = to_string(site_of(client));
  const runtime::MutexLock lock(mutex_);
  if (clients_.full(host, now)) return Exceeded::client;
  if (networks_.full(network, now)) return Exceeded::network;
  if (sender_domains_.full(sender_domain, now)) return Exceeded::sender_domain;
  clients_.add(host, now);
  networks_.add(network, now);
  sender_domains_.add(sender_domain, now);
  return std::nullopt;
}

}  // namespace waybill::relay::door
