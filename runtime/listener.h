// Listener: where connections come from.
#pragma once

#include <memory>

#include "runtime/connection.h"

namespace waybill::runtime {

class Listener {
 public:
  virtual ~Listener() = default;

  // The next connection, living on `home`'s thread for good. Errc::closed once close() was called;
  // Errc::limit_exceeded when the process is out of descriptors (call again later).
  virtual Task<Result<std::unique_ptr<Connection>>> accept(Executor home) = 0;

  // Any thread of the listener's own executor. Ends an accept in flight.
  virtual void close() noexcept = 0;

  // The port actually bound, also where 0 was asked for.
  virtual const Endpoint& local() const = 0;
};

}  // namespace waybill::runtime
