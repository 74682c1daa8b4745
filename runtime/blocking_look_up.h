// look_up_blocking(): look_up() of runtime/name_lookup.h for a thread that may block.
#pragma once

#include <string>
#include <vector>

#include "runtime/cancel_signal.h"
#include "runtime/endpoint.h"

namespace waybill::runtime {

// Errc::unreachable, timeout; closed: cancelled. The words name the host.
Explained<std::vector<IpAddress>> look_up_blocking(const std::string& host, Instant deadline,
                                                   const CancelSignal& cancel);

}  // namespace waybill::runtime
