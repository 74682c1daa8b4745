// Where the names of an address are asked for: RFC 1035 3.5, RFC 3596 2.5.
#pragma once

#include <string>

#include "runtime/endpoint.h"

namespace waybill::runtime::dns {

// "1.2.0.192.in-addr.arpa", or 32 hexadecimal digits under "ip6.arpa". An IPv4 address inside an
// IPv6 one (::ffff:192.0.2.1) counts as what it is. No trailing dot.
std::string reverse_name(const runtime::IpAddress& address);

}  // namespace waybill::runtime::dns
