#include "runtime/http_base.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "runtime/ascii.h"

namespace waybill::runtime {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
// RFC 1035 2.3.4.
constexpr std::size_t kMaxName = 253;

using ascii::lower;

bool take(std::string_view& text, std::string_view front) {
  if (lower(text.substr(0, front.size())) != front) return false;
  text.remove_prefix(front.size());
  return true;
}

bool of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_name(const std::string& host) {
  return !host.empty() && host.size() <= kMaxName && host.front() != '.' &&
         host.find("..") == std::string::npos && std::all_of(host.begin(), host.end(), of_a_name);
}

// A scope ("%eth0") is no part of a URL's host.
bool is_v6(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(host, error);
  return !error && host.find('%') == std::string::npos;
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stopped == end && port != 0;
}

}  // namespace

Result<HttpBase> HttpBase::parse(std::string_view text) {
  HttpBase out;
  if (take(text, "https://")) {
    out.tls = true;
  } else if (!take(text, "http://")) {
    return make_error_code(Errc::invalid);
  }
  out.port = out.tls ? kHttpsPort : kHttpPort;
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  if (text.empty()) return make_error_code(Errc::invalid);
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return make_error_code(Errc::invalid);
    out.host = lower(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
    if (!is_v6(out.host)) return make_error_code(Errc::invalid);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    out.host = lower(text.substr(0, colon));
    text.remove_prefix(colon);
    if (!is_name(out.host)) return make_error_code(Errc::invalid);
  }
  if (text.empty()) return out;
  if (text.front() != ':' || !parse_port(text.substr(1), out.port)) {
    return make_error_code(Errc::invalid);
  }
  return out;
}

std::string HttpBase::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace waybill::runtime
