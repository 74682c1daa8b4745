// Endpoints as the file writes them: "127.0.0.1:25", "[::1]:25".
#pragma once

#include <optional>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::app {

// Port 0 ("any free one") may be given. Without a port, `default_port` is taken, and IPv6 needs no
// brackets; if that is 0 a port has to be given. Names are not looked up.
std::optional<runtime::Endpoint> parse_endpoint(std::string_view text,
                                                std::uint16_t default_port = 0);

}  // namespace waybill::app
