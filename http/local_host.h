// Whether a Host field names this machine without asking DNS: "localhost", a name under it (RFC
// 6761 6.3) or an IP literal, with or without a port.
//
// A page of the open web may point its own name at 127.0.0.1 and have a browser read what a server
// there says (DNS rebinding). Such a request bears that name as its Host, and nothing else gives it
// away.
#pragma once

#include <string_view>

namespace waybill::http {

bool names_local_host(std::string_view host);

}  // namespace waybill::http
