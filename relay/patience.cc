#include "relay/patience.h"

#include <algorithm>

#include "relay/door/client_network.h"

namespace waybill::relay {

using runtime::Instant;
using runtime::IpAddress;

void Patience::drain(Record& record, Instant now) const {
  record.refusals.drain(now, per_hour_);
  if (record.refusals.level <= per_hour_ / 2.0) record.used_up = false;
}

Patience::Record* Patience::find(const IpAddress& client, Instant now) {
  const auto found = clients_.find(client_network(client));
  if (found == clients_.end()) return nullptr;
  drain(found->second, now);
  return &found->second;
}

void Patience::forget_drained(Instant now) {
  for (auto at = clients_.begin(); at != clients_.end();) {
    drain(at->second, now);
    const bool drained = at->second.refusals.level == 0 && at->second.turned_away == 0;
    at = drained ? clients_.erase(at) : std::next(at);
  }
}

void Patience::refused(const IpAddress& client, std::uint32_t times, Instant now) {
  if (times == 0) return;
  const runtime::MutexLock lock(mutex_);
  Record* record = find(client, now);
  if (record == nullptr) {
    if (clients_.size() >= kMaxClientsRemembered && now - forgot_at_ >= kForgetEvery) {
      forget_drained(now);
      forgot_at_ = now;
    }
    if (clients_.size() >= kMaxClientsRemembered) return;
    record = &clients_[client_network(client)];
    record->refusals.at = now;
  }
  record->refusals.level += times;
  // No room for a whole one, though a little has run out since the first.
  if (record->refusals.level > per_hour_ - 1.0) record->used_up = true;
}

void Patience::taken(const IpAddress& client, std::size_t recipients, Instant now) {
  const runtime::MutexLock lock(mutex_);
  Record* const record = find(client, now);
  if (record == nullptr) return;
  double& level = record->refusals.level;
  level = std::max(0.0, level - static_cast<double>(recipients));
}

bool Patience::used_up(const IpAddress& client, Instant now) {
  const runtime::MutexLock lock(mutex_);
  const Record* const record = find(client, now);
  return record != nullptr && record->used_up;
}

bool Patience::turns_away(const IpAddress& client, Instant now) {
  const runtime::MutexLock lock(mutex_);
  Record* const record = find(client, now);
  if (record == nullptr || !record->used_up) return false;
  if (record->turned_away++ == 0) {
    record->first = now;
    ++to_sum_;
  }
  record->last = now;
  return true;
}

std::vector<Patience::Sum> Patience::take_sums(Which which, Instant now) {
  const runtime::MutexLock lock(mutex_);
  std::vector<Sum> out;
  if (to_sum_ == 0) return out;
  for (auto& [client, record] : clients_) {
    const bool due =
        which == Which::all || now - record.last >= kSumAfter || now - record.first >= kSumEvery;
    if (record.turned_away == 0 || !due) continue;
    out.push_back({client, record.turned_away});
    record.turned_away = 0;
    --to_sum_;
  }
  return out;
}

}  // namespace waybill::relay
