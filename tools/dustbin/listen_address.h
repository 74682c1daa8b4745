// Where a dustbin listens: "127.0.0.1:2526", "[::1]:0".
#pragma once

#include <string>
#include <string_view>

#include "runtime/endpoint.h"
#include "runtime/result.h"

namespace waybill::tools::dustbin {

// An address of the loopback interface and a port, 0 for a free one. Errc::invalid, with `why` set
// to a sentence for the person at the terminal, for everything else.
runtime::Result<runtime::Endpoint> listen_address(std::string_view text, std::string& why);

}  // namespace waybill::tools::dustbin
