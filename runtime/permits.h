// Permits: a counted budget (sessions, octets in memory). Taken before work begins, so that a full
// house is an answer (421, 451) and never growing memory. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace waybill::runtime {

class Permits {
 public:
  explicit Permits(std::uint64_t total) : free_(total) {}

  // Some permits, given back when destroyed. Must not outlive the Permits.
  class Held {
   public:
    Held(Held&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    Held& operator=(Held&& other) noexcept {
      std::swap(from_, other.from_);
      std::swap(count_, other.count_);
      return *this;
    }
    ~Held() {
      if (from_ != nullptr) from_->free_.fetch_add(count_, std::memory_order_relaxed);
    }

   private:
    friend class Permits;
    Held(Permits* from, std::uint64_t count) : from_(from), count_(count) {}
    Permits* from_;
    std::uint64_t count_;
  };

  // All `count` or none.
  std::optional<Held> try_take(std::uint64_t count = 1) {
    std::uint64_t free = free_.load(std::memory_order_relaxed);
    while (free >= count) {
      if (free_.compare_exchange_weak(free, free - count, std::memory_order_relaxed)) {
        return Held(this, count);
      }
    }
    return std::nullopt;
  }

  std::uint64_t free() const { return free_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> free_;
};

}  // namespace waybill::runtime
