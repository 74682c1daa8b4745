// Dialer: makes connections to next hops.
#pragma once

#include <memory>

#include "runtime/connection.h"

namespace waybill::runtime {

class Dialer {
 public:
  virtual ~Dialer() = default;

  // A connection on the calling coroutine's executor. `from`: the address of this host that it
  // leaves from, of the family of `to`; nullopt: the one that the system takes. Errc::refused,
  // unreachable (also where `from` is not ours), timeout, or limit_exceeded (out of descriptors).
  virtual Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline,
                                                         std::optional<IpAddress> from) = 0;

  Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline) {
    return dial(to, deadline, std::nullopt);
  }
};

}  // namespace waybill::runtime
