#include "http/local_host.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string>

namespace waybill::http {
namespace {

bool is_port(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ip(std::string_view text, bool v6) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  return !error && address.is_v6() == v6;
}

}  // namespace

// RFC 9110 7.2: Host = uri-host [ ":" port ]
bool names_local_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return false;
    const auto rest = host.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
    return is_ip(host.substr(1, end - 1), true);
  }
  const auto colon = host.find(':');
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return false;
  std::string name(host.substr(0, colon));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name == "localhost" || name.ends_with(".localhost") || is_ip(name, false);
}

}  // namespace waybill::http
