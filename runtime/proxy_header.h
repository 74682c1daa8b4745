// The header with which a proxy tells whose connection it passes on: the PROXY protocol, version 2
// (HAProxy's proxy-protocol.txt 2.2). Pure function.
//
// The older version, in text, is not read. What follows the addresses (TLVs, 2.2.1 and later) is
// passed over unread, its checksum too: TCP has one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "runtime/endpoint.h"

namespace waybill::runtime {

// Octets of a header. It is meant to fit into the smallest TCP segment, 536 (proxy-protocol.txt 2);
// addresses take 52, and what proxies add (names of TLS, ids of clouds) may take some hundred.
inline constexpr std::size_t kMaxProxyHeader = 1024;

struct ProxyHeader {
  // Whose connection it is, an IPv4 address as such. nullopt: the proxy's own (LOCAL), to see
  // whether somebody is there.
  std::optional<Endpoint> client;
};

// It goes on for at least that many octets; what comes behind them is not known yet, so that a
// reader that takes no more takes nothing of the protocol above.
struct ProxyHeaderLacks {
  std::size_t octets = 0;
};

enum class ProxyFault {
  not_one,        // other octets than a header of version 2 begins with
  other_version,  // or a command that is neither LOCAL nor PROXY
  no_tcp_client,  // a client without an IP address, or of another protocol than TCP
  too_short,      // for the addresses that it announces
  too_long,       // kMaxProxyHeader
};

// "is no PROXY header of version 2"; stands behind a noun.
std::string_view word(ProxyFault fault);

// `octets`: the connection's first ones, and none behind the header.
std::variant<ProxyHeader, ProxyHeaderLacks, ProxyFault> read_proxy_header(std::string_view octets);

}  // namespace waybill::runtime
