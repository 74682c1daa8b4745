// Acceptor: from a listener to where its connections live.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/listener.h"
#include "runtime/time.h"

namespace waybill::runtime {

// A thread on which accepted connections live.
struct Seat {
  Executor executor;
  // Called on that thread. It outlives what is posted there.
  std::function<void(std::unique_ptr<Connection>)> take;
};

// Gives each connection to the next of `seats` in turn; ends when the listener was closed. When the
// process is out of descriptors it pauses, and a log line of `part` says so.
Task<void> accept_all(Listener& listener, Clock& clock, std::vector<Seat> seats,
                      std::string_view part);

}  // namespace waybill::runtime
