#include "runtime/dns/rdata.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstring>

#include "runtime/ascii.h"

namespace waybill::runtime::dns {
namespace {

// RFC 1035 2.3.4: octets of a label and of a whole name.
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 255;

std::optional<std::string> parse_name(std::string_view wire) {
  std::string out;
  if (wire.size() > kMaxName) return std::nullopt;
  for (std::size_t at = 0; at < wire.size();) {
    const auto length = static_cast<unsigned char>(wire[at++]);
    if (length == 0) {
      if (at != wire.size()) return std::nullopt;
      return out;
    }
    if (length > kMaxLabel || at + length > wire.size()) return std::nullopt;
    if (!out.empty()) out += '.';
    for (const char c : wire.substr(at, length)) {
      if (c <= ' ' || c == '.' || c > '~') return std::nullopt;
      out += ascii::lower(c);
    }
    at += length;
  }
  return std::nullopt;
}

template <class Address>
std::optional<runtime::IpAddress> parse_ip(std::string_view rdata) {
  typename Address::bytes_type bytes;
  if (rdata.size() != bytes.size()) return std::nullopt;
  std::memcpy(bytes.data(), rdata.data(), bytes.size());
  return runtime::IpAddress(Address(bytes));
}

}  // namespace

std::optional<Mx> parse_mx(std::string_view rdata) {
  if (rdata.size() < 3) return std::nullopt;
  auto exchange = parse_name(rdata.substr(2));
  if (!exchange) return std::nullopt;
  const auto high = static_cast<unsigned char>(rdata[0]);
  const auto low = static_cast<unsigned char>(rdata[1]);
  return Mx{static_cast<std::uint16_t>(high << 8 | low), std::move(*exchange)};
}

std::optional<std::string> parse_ptr(std::string_view rdata) {
  auto name = parse_name(rdata);
  if (!name || name->empty()) return std::nullopt;
  return name;
}

std::optional<runtime::IpAddress> parse_a(std::string_view rdata) {
  return parse_ip<boost::asio::ip::address_v4>(rdata);
}

std::optional<runtime::IpAddress> parse_aaaa(std::string_view rdata) {
  return parse_ip<boost::asio::ip::address_v6>(rdata);
}

std::optional<runtime::Tlsa> parse_tlsa(std::string_view rdata) {
  if (rdata.size() < 4) return std::nullopt;
  const auto number = [&](std::size_t at) { return static_cast<std::uint8_t>(rdata[at]); };
  return runtime::Tlsa{number(0), number(1), number(2), std::string(rdata.substr(3))};
}

std::optional<std::string> parse_txt(std::string_view rdata) {
  // RFC 1035 3.3.14: one string or more.
  if (rdata.empty()) return std::nullopt;
  std::string out;
  while (!rdata.empty()) {
    const std::size_t length = static_cast<unsigned char>(rdata.front());
    rdata.remove_prefix(1);
    if (length > rdata.size()) return std::nullopt;
    out.append(rdata.substr(0, length));
    rdata.remove_prefix(length);
  }
  return out;
}

}  // namespace waybill::runtime::dns
