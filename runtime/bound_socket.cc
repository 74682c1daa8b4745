#include "runtime/bound_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

namespace waybill::runtime {

namespace {

using Address = boost::asio::ip::tcp::endpoint;

Error last_error() { return {errno, boost::system::system_category()}; }

Result<Endpoint> local_of(int descriptor) {
  Address address;
  auto length = static_cast<socklen_t>(address.capacity());
  if (::getsockname(descriptor, address.data(), &length) != 0) return last_error();
  return Endpoint{address.address(), address.port()};
}

bool set(int descriptor, int level, int option) {
  const int on = 1;
  return ::setsockopt(descriptor, level, option, &on, sizeof on) == 0;
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

}  // namespace

BoundSocket& BoundSocket::operator=(BoundSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(local_, other.local_);
  return *this;
}

BoundSocket::~BoundSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<BoundSocket> bind_socket(const Endpoint& at) {
  const bool v6 = at.address.is_v6();
  const int descriptor =
      ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return last_error();
  BoundSocket out(descriptor, at);
  const Address address(at.address, at.port);
  if (!set(descriptor, SOL_SOCKET, SO_REUSEADDR)) return last_error();
  if (v6 && !set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY)) return last_error();
  if (::bind(descriptor, address.data(), static_cast<socklen_t>(address.size())) != 0) {
    return last_error();
  }
  const auto local = local_of(descriptor);
  if (!local) return local.error();
  return BoundSocket(out.release(), *local);
}

bool is_own_address(const IpAddress& address) {
  return !address.is_unspecified() && bind_socket({address, 0}).has_value();
}

Explained<BoundSocket> adopt_socket(int descriptor) {
  const int family = option_of(descriptor, SO_DOMAIN);
  const bool stream = option_of(descriptor, SO_TYPE) == SOCK_STREAM;
  if ((family != AF_INET && family != AF_INET6) || !stream) {
    return Failure{Errc::invalid, "it is no TCP socket"};
  }
  if (option_of(descriptor, SO_ACCEPTCONN) != 1) {
    return Failure{Errc::invalid, "it does not listen (ListenStream=, Accept=no)"};
  }
  const auto local = local_of(descriptor);
  if (!local) return explain(local.error());
  return BoundSocket(descriptor, *local);
}

}  // namespace waybill::runtime
