#include "runtime/http_proxy.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "runtime/ascii.h"
#include "runtime/base64.h"
#include "runtime/endpoint.h"
#include "runtime/hex.h"

namespace waybill::runtime {
namespace {

constexpr std::string_view kExpected = "expected http://HOST:PORT, with USER:PASSWORD@ if need be";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// RFC 3986 2.1; a "%" that begins no octet is itself.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned octet = 0;
    const char* const digits = text.data() + at + 1;
    const bool escaped = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2;
    out += escaped ? static_cast<char>(octet) : text[at];
    if (escaped) at += 2;
  }
  return out;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string variable(const char* name, const char* otherwise) {
  const std::string value = variable(name);
  return value.empty() ? variable(otherwise) : value;
}

// ":443" behind a name, an address in brackets, or an address of IPv4. 0: there is none.
std::uint16_t take_port(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  const bool of_v6 = colon != text.npos && text.find(':') != colon && text[colon - 1] != ']';
  if (colon == text.npos || of_v6) return 0;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data() + colon + 1, end, port);
  if (wrong != std::errc() || stop != end) return 0;
  text = text.substr(0, colon);
  return port;
}

bool is_or_is_below(std::string_view host, std::string_view name) {
  if (!host.ends_with(name)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

bool is_loopback(const std::string& host) {
  const auto address = ip_of(host);
  if (address) return unmapped(*address).is_loopback();
  return is_or_is_below(host, "localhost");
}

}  // namespace

Explained<HttpProxy> HttpProxy::parse(std::string_view url) {
  const std::string_view whole = url;
  HttpProxy out;
  std::string bare(url);
  const std::size_t at = bare.rfind('@');
  if (at != std::string::npos) {
    const std::size_t slashes = bare.find("//");
    const std::size_t begin = slashes < at ? slashes + 2 : 0;
    const std::string user = percent_decoded(whole.substr(begin, at - begin));
    out.authorization = "Basic " + encode_base64(user);
    bare.erase(begin, at + 1 - begin);
  }
  // Some systems name it without a scheme.
  if (bare.find("://") == std::string::npos) bare.insert(0, "http://");
  const auto base = HttpBase::parse(bare);
  if (!base) return Failure{Errc::invalid, "no proxy: " + std::string(kExpected)};
  if (base->tls) {
    return Failure{Errc::invalid, "a proxy over https is not supported: " + std::string(kExpected)};
  }
  out.base = *base;
  return out;
}

ProxyExceptions::ProxyExceptions(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view text = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (text.empty()) continue;
    if (text == "*") all_ = true;
    One one;
    one.network = network_of(text);
    if (!one.network) {
      one.port = take_port(text);
      if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
      one.network = network_of(text);
    }
    if (text.starts_with("*.")) text.remove_prefix(1);
    if (text.starts_with('.')) text.remove_prefix(1);
    if (!one.network) one.name = ascii::lower(text);
    if (one.network || !one.name.empty()) ones_.push_back(std::move(one));
  }
}

bool ProxyExceptions::hold(const HttpBase& to) const {
  const auto address = ip_of(to.host);
  return all_ || std::any_of(ones_.begin(), ones_.end(), [&](const One& one) {
           if (one.port != 0 && one.port != to.port) return false;
           if (one.network) return address && one.network->holds(unmapped(*address));
           return !address && is_or_is_below(to.host, one.name);
         });
}

Explained<HttpProxies> HttpProxies::one(std::string_view url, std::string_view except) {
  auto proxy = HttpProxy::parse(url);
  if (!proxy) return proxy.error();
  HttpProxies out;
  out.for_http = *proxy;
  out.for_https = std::move(*proxy);
  out.except = ProxyExceptions(except);
  return out;
}

Explained<HttpProxies> HttpProxies::of_environment() {
  HttpProxies out;
  out.except = ProxyExceptions(variable("no_proxy", "NO_PROXY"));
  out.not_to_loopback = true;
  if (const std::string url = variable("https_proxy", "HTTPS_PROXY"); !url.empty()) {
    auto proxy = HttpProxy::parse(url);
    if (!proxy) return proxy.error().in("HTTPS_PROXY");
    out.for_https = std::move(*proxy);
  }
  if (const std::string url = variable("http_proxy"); !url.empty()) {
    auto proxy = HttpProxy::parse(url);
    if (!proxy) return proxy.error().in("http_proxy");
    out.for_http = std::move(*proxy);
  }
  return out;
}

const HttpProxy* HttpProxies::to(const HttpBase& base) const {
  const auto& proxy = base.tls ? for_https : for_http;
  if (!proxy || except.hold(base) || (not_to_loopback && is_loopback(base.host))) return nullptr;
  return &*proxy;
}

}  // namespace waybill::runtime
