#include "runtime/dns/reverse_name.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

namespace waybill::runtime::dns {
namespace {

std::string reverse_of(const boost::asio::ip::address_v4& address) {
  std::string out;
  const auto bytes = address.to_bytes();
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    out += std::to_string(*byte) + ".";
  }
  return out + "in-addr.arpa";
}

std::string reverse_of(const boost::asio::ip::address_v6& address) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  const auto bytes = address.to_bytes();
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    out += kDigits[*byte % 16];
    out += '.';
    out += kDigits[*byte / 16];
    out += '.';
  }
  return out + "ip6.arpa";
}

}  // namespace

std::string reverse_name(const runtime::IpAddress& address) {
  if (address.is_v4()) return reverse_of(address.to_v4());
  const auto six = address.to_v6();
  if (six.is_v4_mapped()) {
    return reverse_of(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, six));
  }
  return reverse_of(six);
}

}  // namespace waybill::runtime::dns
