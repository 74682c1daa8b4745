// Endpoint: an IP address and a port.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
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

// "192.0.2.1", "2001:db8::1". The system's own function prints by format, at a thousand
// instructions each time; and a message's log line, events and fields all name its client.
inline std::string ip_text(const IpAddress& address) {
  if (!address.is_v4()) return address.to_string();
  std::array<char, sizeof "255.255.255.255"> text;
  char* end = text.data();
  for (const unsigned octet : address.to_v4().to_bytes()) {
    if (end != text.data()) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), octet).ptr;
  }
  return {text.data(), end};
}

// "192.0.2.1:25", "[2001:db8::1]:25"
inline std::string to_string(const Endpoint& e) {
  const std::string host = ip_text(e.address);
  return (e.address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(e.port);
}

}  // namespace waybill::runtime
