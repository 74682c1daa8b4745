// BoundSocket: a TCP socket that has its address and port, before an event loop has it. Whoever has
// root binds first and gives it up then; whatever connects before the socket listens is refused, as
// if nobody were there. Values that own a descriptor.
#pragma once

#include <utility>

#include "runtime/endpoint.h"
#include "runtime/failure.h"

namespace waybill::runtime {

class BoundSocket {
 public:
  // The descriptor is its own from now on.
  BoundSocket(int descriptor, Endpoint local) : descriptor_(descriptor), local_(std::move(local)) {}
  BoundSocket(BoundSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}
  BoundSocket& operator=(BoundSocket&& other) noexcept;
  ~BoundSocket();

  // The port actually bound, also where 0 was asked for.
  const Endpoint& local() const { return local_; }
  // Its descriptor is the caller's to close.
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
  Endpoint local_;
};

// An IPv6 socket takes IPv6 alone, so that [::]:25 and 0.0.0.0:25 stand beside each other. The
// error is the system's: EACCES, EADDRINUSE, EADDRNOTAVAIL.
Result<BoundSocket> bind_socket(const Endpoint& at);

// Whether this host has the address now. Any thread; asks the kernel.
bool is_own_address(const IpAddress& address);

// A descriptor that somebody else has opened for us, once it is seen to be a TCP socket that
// listens. One that is not is left open.
Explained<BoundSocket> adopt_socket(int descriptor);

}  // namespace waybill::runtime
