// What counts as one client where clients are limited, and as the network around one: prefixes of
// its address, IPv4's and IPv6's. Pure functions.
#pragma once

#include "runtime/network.h"

namespace waybill::relay {

// An IPv4 address, or the /64 of an IPv6 address, all of which one customer has (RFC 6177 2).
inline constexpr unsigned kClientBits4 = 32;
inline constexpr unsigned kClientBits6 = 64;
// The least that is announced to the world: one site, and the hosts of one large sender.
inline constexpr unsigned kSiteBits4 = 24;
inline constexpr unsigned kSiteBits6 = 48;

// An IPv4 address that is mapped into IPv6 is that address.
inline runtime::IpAddress client_network(const runtime::IpAddress& address) {
  return runtime::network_around(address, kClientBits4, kClientBits6).address;
}

inline runtime::Network site_of(const runtime::IpAddress& address) {
  return runtime::network_around(address, kSiteBits4, kSiteBits6);
}

}  // namespace waybill::relay
