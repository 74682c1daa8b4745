#include "http/local_host.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string>

#include "runtime/ascii.h"

namespace waybill::http {
namespace {

bool is_port(std::string_view text) {
  return std::all_of(text.begin(), text.end(), runtime::ascii::is_digit);
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
  const std::string name = runtime::ascii::lower(host.substr(0, colon));
  return name == "localhost" || name.ends_with(".localhost") || is_ip(name, false);
}

}  // namespace waybill::http
