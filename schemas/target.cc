#include "schemas/target.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace waybill::schemas {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr char kExpected[] = "expected user@domain, user@domain:port, user@[ip] or user@[ip]:port";

// `fault`: what exactly was met, where that can be said.
Failure refused(const std::string& fault = {}) {
  return {Errc::invalid, fault.empty() ? kExpected : fault + "; " + kExpected};
}

// 1..65535; 0 for anything else.
std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? port : 0;
}

std::optional<runtime::IpAddress> parse_ip(std::string_view text) {
  // RFC 5321 4.1.3 tags IPv6 literals; many people do not.
  constexpr std::string_view kTag = "IPv6:";
  if (text.starts_with(kTag)) text.remove_prefix(kTag.size());
  // The system's parser would stop there.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return ip;
}

std::string literal(const runtime::IpAddress& ip) {
  return (ip.is_v6() ? "[IPv6:" : "[") + ip.to_string() + "]";
}

}  // namespace

Explained<Target> Target::parse(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return refused();
  std::string_view host = text.substr(at + 1);
  const bool bracketed = !host.empty() && host.front() == '[';
  const std::size_t host_end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && host_end == std::string_view::npos) {
    return refused("the address literal has no closing bracket");
  }
  const std::size_t cut = bracketed ? host_end + 1 : std::min(host_end, host.size());
  const std::string_view rest = host.substr(cut);
  host = host.substr(0, cut);

  std::optional<std::uint16_t> port;
  if (!rest.empty()) {
    port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::uint16_t{0};
    if (*port == 0) return refused("a port is a number from 1 to 65535");
  }
  std::optional<runtime::IpAddress> ip;
  std::string mailbox(text.substr(0, at + 1));
  if (bracketed) {
    ip = parse_ip(host.substr(1, host.size() - 2));
    if (!ip) return refused("not an IP address in the brackets");
    mailbox += literal(*ip);
  } else {
    // Mail is carried to hosts, which have no underscores (RFC 1123 2.1).
    if (!normalise_domain(host)) return refused();
    mailbox += host;
  }
  auto address = Address::parse(mailbox);
  if (!address) return refused();
  return Target(std::move(*address), port, ip);
}

std::string Target::text() const {
  return port_ ? address_.text() + ":" + std::to_string(*port_) : address_.text();
}

}  // namespace waybill::schemas
