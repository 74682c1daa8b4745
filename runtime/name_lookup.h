// look_up(): the IP addresses of a host, from the system's resolver (hosts file, DNS), without
// holding up the thread.
//
// A look-up that misses its deadline goes on in a thread of glibc's, of which there are 20 for the
// whole process: later ones wait for these.
#pragma once

#include <string>
#include <vector>

#include "runtime/endpoint.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::runtime {

// In the order in which they should be tried (RFC 6724). An address in text is its own
// answer. Errc::unreachable when the name has none or the resolver fails, timeout.
Task<Result<std::vector<IpAddress>>> look_up(std::string host, Instant deadline);

// Until `descriptor` has something to read, or Errc::timeout. Exposed for tests: no name is known
// everywhere to be slow.
Task<Result<void>> readable(int descriptor, Instant deadline);

}  // namespace waybill::runtime
