// Where a dustbin listens: "127.0.0.1:2526", "[::1]:0".
#pragma once

#include <string_view>

#include "runtime/endpoint.h"
#include "runtime/failure.h"

namespace waybill::tools::dustbin {

// An address of the loopback interface and a port, 0 for a free one. Errc::invalid, with words for
// the person at the terminal, for everything else.
runtime::Explained<runtime::Endpoint> listen_address(std::string_view text);

}  // namespace waybill::tools::dustbin
