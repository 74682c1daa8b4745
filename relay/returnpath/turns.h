// Turns: one report at a time on each return path. Two copies of a report that come at once would
// both find that none came before.
//
// One for the process; among processes ReturnPathDirectory::take_turn() sees to it. Any thread. It
// outlives its turns.
#pragma once

#include <optional>
#include <set>
#include <utility>

#include "runtime/mutex.h"
#include "schemas/ids.h"

namespace waybill::relay::returnpath {

class Turns {
 public:
  // Given back when it goes away.
  class Turn {
   public:
    Turn(Turns& turns, const schemas::DeliveryId& delivery) : turns_(&turns), delivery_(delivery) {}
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), delivery_(other.delivery_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->give_back(delivery_);
    }

   private:
    Turns* turns_;
    schemas::DeliveryId delivery_;
  };

  // nullopt: somebody else has it.
  std::optional<Turn> take(const schemas::DeliveryId& delivery) {
    const runtime::MutexLock lock(mutex_);
    if (!taken_.insert(delivery).second) return std::nullopt;
    return std::optional<Turn>(std::in_place, *this, delivery);
  }

 private:
  void give_back(const schemas::DeliveryId& delivery) {
    const runtime::MutexLock lock(mutex_);
    taken_.erase(delivery);
  }

  runtime::Mutex mutex_;
  std::set<schemas::DeliveryId> taken_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::returnpath
