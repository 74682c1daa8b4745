// KeyedPermits: a counted budget that many share, of which each key (a next hop, a client) may have
// no more than its part. Taken before work begins. Memory: a row for each key that holds some. Any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "runtime/mutex.h"

namespace waybill::runtime {

template <typename Key>
class KeyedPermits {
 public:
  KeyedPermits(std::uint64_t in_all, std::uint32_t per_key) : in_all_(in_all), per_key_(per_key) {}
  KeyedPermits(const KeyedPermits&) = delete;
  KeyedPermits& operator=(const KeyedPermits&) = delete;

  // One permit, given back when it goes away. The budget outlives it.
  class Held {
   public:
    Held(KeyedPermits& budget, Key key) : budget_(&budget), key_(std::move(key)) {}
    Held(Held&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), key_(other.key_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (budget_ != nullptr) budget_->give_back(key_);
    }

   private:
    KeyedPermits* budget_;
    Key key_;
  };

  // nullopt: the key has its part, or all are taken.
  std::optional<Held> try_take(const Key& key) {
    const MutexLock lock(mutex_);
    if (taken_ >= in_all_) return std::nullopt;
    std::uint32_t& of_key = by_key_[key];
    if (of_key >= per_key_) return std::nullopt;
    ++of_key;
    ++taken_;
    return std::optional<Held>(std::in_place, *this, key);
  }

  std::uint64_t taken() const {
    const MutexLock lock(mutex_);
    return taken_;
  }

 private:
  void give_back(const Key& key) {
    const MutexLock lock(mutex_);
    --taken_;
    const auto found = by_key_.find(key);
    if (--found->second == 0) by_key_.erase(found);
  }

  const std::uint64_t in_all_;
  const std::uint32_t per_key_;
  mutable Mutex mutex_;
  std::uint64_t taken_ WAYBILL_GUARDED_BY(mutex_) = 0;
  std::map<Key, std::uint32_t> by_key_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::runtime
