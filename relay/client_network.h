// client_network: what counts as one client where clients are limited: an IPv4 address, or the /64
// of an IPv6 address, all of which one customer has (RFC 6177 2). Pure function.
#pragma once

#include "runtime/network.h"

namespace waybill::relay {

inline constexpr std::size_t kClientPrefixOctets = 8;  // 64 bits

// An IPv4 address that is mapped into IPv6 is that address.
inline runtime::IpAddress client_network(const runtime::IpAddress& from) {
  const runtime::IpAddress address = runtime::unmapped(from);
  if (!address.is_v6()) return address;
  auto octets = address.to_v6().to_bytes();
  for (std::size_t i = kClientPrefixOctets; i < octets.size(); ++i) octets[i] = 0;
  return boost::asio::ip::make_address_v6(octets);
}

}  // namespace waybill::relay
