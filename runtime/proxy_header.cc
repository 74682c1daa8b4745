#include "runtime/proxy_header.h"

#include <algorithm>

#include "runtime/network.h"

namespace waybill::runtime {

namespace {

using std::string_view_literals::operator""sv;

// proxy-protocol.txt 2.2. No SMTP or TLS client begins so.
constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
// The signature, version and command, family and transport, and the length of the rest.
constexpr std::size_t kFixed = 16;
constexpr std::size_t kVersionAt = 12;
constexpr std::size_t kFamilyAt = 13;
constexpr std::size_t kLengthAt = 14;

constexpr unsigned kVersion2 = 0x20;
constexpr unsigned kLocal = 0x0;
constexpr unsigned kProxy = 0x1;
constexpr unsigned kTcpOverIpv4 = 0x11;
constexpr unsigned kTcpOverIpv6 = 0x21;

unsigned octet(std::string_view octets, std::size_t at) {
  return static_cast<unsigned char>(octets[at]);
}

std::uint16_t number(std::string_view octets, std::size_t at) {
  return static_cast<std::uint16_t>(octet(octets, at) << 8 | octet(octets, at + 1));
}

// Source address, destination address, source port, destination port.
template <class Address>
std::variant<ProxyHeader, ProxyHeaderLacks, ProxyFault> client_in(std::string_view addresses) {
  typename Address::bytes_type bytes;
  if (addresses.size() < 2 * bytes.size() + 4) return ProxyFault::too_short;
  std::copy_n(addresses.begin(), bytes.size(), bytes.begin());
  const std::uint16_t port = number(addresses, 2 * bytes.size());
  return ProxyHeader{Endpoint{unmapped(Address(bytes)), port}};
}

}  // namespace

std::string_view word(ProxyFault fault) {
  switch (fault) {
    case ProxyFault::not_one: return "is no PROXY header of version 2";
    case ProxyFault::other_version: return "has another version or command";
    case ProxyFault::no_tcp_client: return "names no TCP client";
    case ProxyFault::too_short: return "is too short for its addresses";
    case ProxyFault::too_long: return "is too long";
  }
  return "";
}

std::variant<ProxyHeader, ProxyHeaderLacks, ProxyFault> read_proxy_header(std::string_view octets) {
  const std::size_t begun = std::min(octets.size(), kSignature.size());
  if (octets.substr(0, begun) != kSignature.substr(0, begun)) return ProxyFault::not_one;
  if (octets.size() < kFixed) return ProxyHeaderLacks{kFixed - octets.size()};
  const unsigned command = octet(octets, kVersionAt) ^ kVersion2;
  if (command != kLocal && command != kProxy) return ProxyFault::other_version;
  const std::size_t length = kFixed + number(octets, kLengthAt);
  if (length > kMaxProxyHeader) return ProxyFault::too_long;
  if (octets.size() < length) return ProxyHeaderLacks{length - octets.size()};
  // What a LOCAL header says of addresses is to be passed over, whatever it is.
  if (command == kLocal) return ProxyHeader{};
  const std::string_view addresses = octets.substr(kFixed, length - kFixed);
  switch (octet(octets, kFamilyAt)) {
    case kTcpOverIpv4: return client_in<boost::asio::ip::address_v4>(addresses);
    case kTcpOverIpv6: return client_in<boost::asio::ip::address_v6>(addresses);
  }
  return ProxyFault::no_tcp_client;
}

}  // namespace waybill::runtime
