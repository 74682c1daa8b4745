// Dialer: makes connections to next hops.
#pragma once

#include <memory>

#include "runtime/connection.h"

namespace waybill::runtime {

class Dialer {
 public:
  virtual ~Dialer() = default;

  // A connection on the calling coroutine's executor. Errc::refused, unreachable, timeout, or
  // limit_exceeded (out of descriptors).
  virtual Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline) = 0;
};

}  // namespace waybill::runtime
