// HopBudget: how many connections to next hops may be open at one time, in all and to one of them.
// A stranger decides how many recipients he names, and so how many next hops are asked at once;
// each connection is a descriptor of this process and a place at a server that counts its clients.
//
// One for the process. Any thread. Idle connections count: they are open.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "runtime/endpoint.h"
#include "runtime/mutex.h"

namespace waybill::relay::forward {

class HopBudget {
 public:
  HopBudget(std::uint64_t in_all, std::uint32_t per_hop) : in_all_(in_all), per_hop_(per_hop) {}
  HopBudget(const HopBudget&) = delete;
  HopBudget& operator=(const HopBudget&) = delete;

  // Leave for one connection, given back when it goes away. The budget outlives it.
  class Held {
   public:
    Held(HopBudget& budget, runtime::Endpoint hop) : budget_(&budget), hop_(hop) {}
    Held(Held&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), hop_(other.hop_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (budget_ != nullptr) budget_->give_back(hop_);
    }

   private:
    HopBudget* budget_;
    runtime::Endpoint hop_;
  };

  // nullopt: as many are open as may be.
  std::optional<Held> try_take(const runtime::Endpoint& hop) {
    const runtime::MutexLock lock(mutex_);
    if (open_ >= in_all_) return std::nullopt;
    std::uint32_t& to_hop = by_hop_[hop];
    if (to_hop >= per_hop_) return std::nullopt;
    ++to_hop;
    ++open_;
    return std::optional<Held>(std::in_place, *this, hop);
  }

  std::uint64_t open() const {
    const runtime::MutexLock lock(mutex_);
    return open_;
  }

 private:
  void give_back(const runtime::Endpoint& hop) {
    const runtime::MutexLock lock(mutex_);
    --open_;
    const auto found = by_hop_.find(hop);
    if (--found->second == 0) by_hop_.erase(found);
  }

  const std::uint64_t in_all_;
  const std::uint32_t per_hop_;
  mutable runtime::Mutex mutex_;
  std::uint64_t open_ WAYBILL_GUARDED_BY(mutex_) = 0;
  std::map<runtime::Endpoint, std::uint32_t> by_hop_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::forward
