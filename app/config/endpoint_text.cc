#include "app/config/endpoint_text.h"

#include <charconv>
#include <string>

namespace waybill::app {
namespace {

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

std::optional<HostAndPort> split(std::string_view text) {
  HostAndPort parts{text, std::nullopt, text.starts_with('[')};
  if (parts.bracketed) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) return parts;
    if (rest.front() != ':') return std::nullopt;
    parts.port = rest.substr(1);
    return parts;
  }
  const std::size_t colon = text.find(':');
  // Two colons without brackets: an IPv6 address, and no port.
  if (colon == std::string_view::npos || text.rfind(':') != colon) return parts;
  parts.host = text.substr(0, colon);
  parts.port = text.substr(colon + 1);
  return parts;
}

}  // namespace

std::optional<runtime::Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  const auto parts = split(text);
  if (!parts || (!parts->port && default_port == 0)) return std::nullopt;
  // The system's parser would stop there.
  if (parts->host.find('\0') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  runtime::Endpoint out;
  out.address = boost::asio::ip::make_address(std::string(parts->host), error);
  if (error || (parts->bracketed && !out.address.is_v6())) return std::nullopt;
  out.port = default_port;
  if (!parts->port) return out;
  const char* const end = parts->port->data() + parts->port->size();
  const auto [stop, wrong] = std::from_chars(parts->port->data(), end, out.port);
  if (wrong != std::errc() || stop != end) return std::nullopt;
  return out;
}

}  // namespace waybill::app
