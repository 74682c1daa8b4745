#include "runtime/network.h"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <vector>

namespace waybill::runtime {

namespace ip = boost::asio::ip;

namespace {

unsigned whole(const IpAddress& address) { return address.is_v4() ? 32 : 128; }

// The address with its bits behind `bits` cleared.
IpAddress cut(const IpAddress& address, unsigned bits) {
  if (address.is_v4()) {
    return ip::network_v4(address.to_v4(), static_cast<unsigned short>(bits)).network();
  }
  return ip::network_v6(address.to_v6(), static_cast<unsigned short>(bits)).network();
}

// Written as one of IPv6 that IPv4 is mapped into, it is that of IPv4.
Network plain(const Network& network) {
  constexpr unsigned kMapped = 96;
  if (network.bits < kMapped || unmapped(network.address) == network.address) return network;
  return {unmapped(network.address), network.bits - kMapped};
}

}  // namespace

bool Network::holds(const IpAddress& one) const {
  return one.is_v4() == address.is_v4() && cut(one, bits) == address;
}

bool Network::is_single() const { return bits == whole(address); }

std::optional<Network> network_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  // The system's parser would stop there; and a zone is of this host alone.
  if (host.find_first_of(std::string_view("\0%", 2)) != host.npos) return std::nullopt;
  const auto address = ip_of(std::string(host));
  if (!address) return std::nullopt;
  Network out{*address, whole(*address)};
  if (slash == text.npos) return plain(out);
  const std::string_view length = text.substr(slash + 1);
  const char* const end = length.data() + length.size();
  const auto [stop, wrong] = std::from_chars(length.data(), end, out.bits);
  if (wrong != std::errc() || stop != end || out.bits > whole(*address)) return std::nullopt;
  if (cut(*address, out.bits) != *address) return std::nullopt;
  return plain(out);
}

Network network_around(const IpAddress& address, unsigned bits_of_v4, unsigned bits_of_v6) {
  const IpAddress plain = unmapped(address);
  const unsigned bits = plain.is_v4() ? bits_of_v4 : bits_of_v6;
  return {cut(plain, bits), bits};
}

bool is_public(const IpAddress& address) {
  static const std::vector<Network> kSpecial = [] {
    std::vector<Network> out;
    for (const char* const one :
         {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
          "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
          "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23",
          "2001:db8::/32", "2002::/16", "3fff::/20"}) {
      out.push_back(*network_of(one));
    }
    return out;
  }();
  static const Network kGlobal = *network_of("2000::/3");
  const IpAddress plain = unmapped(address);
  if (plain.is_v6() && !kGlobal.holds(plain)) return false;
  return std::none_of(kSpecial.begin(), kSpecial.end(),
                      [&](const Network& network) { return network.holds(plain); });
}

std::string to_string(const Network& network) {
  const std::string address = ip_text(network.address);
  if (network.bits == whole(network.address)) return address;
  return address + "/" + std::to_string(network.bits);
}

IpAddress unmapped(const IpAddress& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

}  // namespace waybill::runtime
