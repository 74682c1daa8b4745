// CurrentRoutes: the table in force. A reload swaps it; who holds the old one may finish with it.
#pragma once

#include <memory>

#include "relay/routes/route_table.h"
#include "runtime/mutex.h"

namespace waybill::relay::routes {

// Any thread.
class CurrentRoutes {
 public:
  explicit CurrentRoutes(std::shared_ptr<const RouteTable> table) : table_(std::move(table)) {}

  std::shared_ptr<const RouteTable> get() const {
    const runtime::MutexLock lock(mutex_);
    return table_;
  }
  void set(std::shared_ptr<const RouteTable> table) {
    const runtime::MutexLock lock(mutex_);
    table_ = std::move(table);
  }

 private:
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const RouteTable> table_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::routes
