// HttpProxies: by which proxy a host is asked, if by any. Values, any thread.
//
// A proxy is asked over HTTP in clear: for https it makes a way through (CONNECT, RFC 9110 9.3.6)
// and sees no plain text, for http it is given the whole URL (RFC 9112 3.2.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"
#include "runtime/http_base.h"
#include "runtime/network.h"

namespace waybill::runtime {

struct HttpProxy {
  HttpBase base;
  std::string authorization{};  // the value of Proxy-Authorization; empty: none

  // "http://proxy.example:3128", and with "user:password@" in front of the host, percent-encoded
  // where need be. Errc::invalid; the words never hold the password.
  static Explained<HttpProxy> parse(std::string_view url);
};

// Hosts that are asked without a proxy, as NO_PROXY lists them: names, each with all below it
// ("example.org", ".example.org"), addresses, networks ("192.0.2.0/24"), any of them with ":port";
// "*" is every host.
class ProxyExceptions {
 public:
  ProxyExceptions() = default;
  // What is none of these is passed over: the list is the whole system's, not ours.
  explicit ProxyExceptions(std::string_view list);
  bool hold(const HttpBase& to) const;

 private:
  struct One {
    std::string name;  // without the point in front; empty: `network`
    std::optional<Network> network;
    std::uint16_t port = 0;  // 0: any
  };
  bool all_ = false;
  std::vector<One> ones_;
};

struct HttpProxies {
  std::optional<HttpProxy> for_http{};
  std::optional<HttpProxy> for_https{};
  ProxyExceptions except{};
  // Names of this host and addresses of its loopback are asked without one.
  bool not_to_loopback = false;

  // One for all, but for `except`. Errors as HttpProxy::parse().
  static Explained<HttpProxies> one(std::string_view url, std::string_view except);
  // As most programs read it: https_proxy or HTTPS_PROXY, http_proxy (HTTP_PROXY may be of a
  // request to a CGI program), no_proxy or NO_PROXY. Never to loopback.
  static Explained<HttpProxies> of_environment();

  // nullptr: none. Points into this.
  const HttpProxy* to(const HttpBase& base) const;
};

}  // namespace waybill::runtime
