// A certificate that nobody but its owner vouches for, so that a server can speak TLS from its
// first start on. Mail servers take it (RFC 7435); a client that wants to know whom it speaks to
// does not.
#pragma once

#include <string>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::runtime {

struct SelfSigned {
  std::string chain;  // PEM
  std::string key;    // PEM, P-256
};

// Of that host name, from a day before `now` on, for clocks that are behind, for ten years.
SelfSigned make_self_signed(const std::string& host, WallTime now);

}  // namespace waybill::runtime
