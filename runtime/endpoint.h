// Endpoint: an IP address and a port.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace waybill::runtime {

using IpAddress = boost::asio::ip::address;

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend std::strong_ordering operator<=>(const Endpoint&, const Endpoint&) = default;
};

// nullopt: no IP address.
inline std::optional<IpAddress> ip_of(const std::string& text) {
  boost::system::error_code wrong;
  IpAddress address = boost::asio::ip::make_address(text, wrong);
  if (wrong) return std::nullopt;
  return address;
}

// "192.0.2.1:25", "[2001:db8::1]:25"
inline std::string to_string(const Endpoint& e) {
  const std::string host = e.address.to_string();
  return (e.address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(e.port);
}

}  // namespace waybill::runtime
