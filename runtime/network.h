// Network: an IP address and how many of its bits count: 192.0.2.0/24, 2001:db8::/32, or one
// address. Values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::runtime {

struct Network {
  IpAddress address;  // its bits behind `bits` are 0
  unsigned bits = 0;

  bool holds(const IpAddress& one) const;
  // Whether it is one address alone.
  bool is_single() const;

  friend bool operator==(const Network&, const Network&) = default;
};

// "192.0.2.0/24", or "192.0.2.1" for that address alone. nullopt: none, or bits behind the prefix
// are set, so that one would not know whether a host or its network is meant.
std::optional<Network> network_of(std::string_view text);

// The network that the address is in: so many of its first bits, by its family. One that is mapped
// into IPv6 counts as IPv4.
Network network_around(const IpAddress& address, unsigned bits_of_v4, unsigned bits_of_v6);

// With the length of its prefix, unless that is the whole address.
std::string to_string(const Network& network);

// An IPv4 address that is mapped into IPv6 (RFC 4291 2.5.5.2) as itself: a socket for both
// families shows its IPv4 clients so.
IpAddress unmapped(const IpAddress& address);

// Whether it is of the public Internet: in none of the blocks that IANA keeps for another purpose
// (RFC 6890), in no network of one's own, and no way round to an address of IPv4.
bool is_public(const IpAddress& address);

}  // namespace waybill::runtime
