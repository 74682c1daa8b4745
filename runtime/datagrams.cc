#include "runtime/datagrams.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/udp.hpp>
#include <cerrno>
#include <cstring>

#include "runtime/blocking_look_up.h"

namespace waybill::runtime {

Datagrams::Datagrams(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

Datagrams::~Datagrams() { drop(); }

Failure Datagrams::failure(Errc code, const std::string& why) const {
  return {code, host_ + ":" + std::to_string(port_) + ": " + why};
}

Failure Datagrams::failed(int error) const {
  if (error == EMSGSIZE) return failure(Errc::limit_exceeded, "more than a datagram holds");
  if (error == ECONNREFUSED) return failure(Errc::unreachable, "nobody listens there");
  return failure(Errc::unreachable, std::strerror(error));
}

Explained<void> Datagrams::open(Instant deadline) {
  drop();
  const auto addresses = look_up_blocking(host_, deadline, cancel_);
  if (!addresses) return addresses.error();
  Explained<void> last = failure(Errc::unreachable, "it has no address");
  for (const IpAddress& address : *addresses) {
    const boost::asio::ip::udp::endpoint to(address, port_);
    const int family = address.is_v6() ? AF_INET6 : AF_INET;
    socket_ = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return failure(Errc::limit_exceeded, std::strerror(errno));
    if (::connect(socket_, to.data(), static_cast<socklen_t>(to.size())) == 0) return {};
    last = failed(errno);
    drop();
  }
  return last;
}

Explained<void> Datagrams::send(std::string_view octets, Instant deadline) {
  for (;;) {
    if (cancel_.cancelled()) return failure(Errc::closed, "it was told to give up");
    const ssize_t count = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (count >= 0) return {};
    if (errno == EINTR) continue;
    // Of the network device, where it is full.
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
    if (!full) return failed(errno);
    const auto ready = cancel_.wait(socket_, POLLOUT, deadline);
    if (!ready) return failure(ready.error().code, ready.error().why);
  }
}

Explained<void> Datagrams::heard() {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return failed(error);
  return {};
}

void Datagrams::drop() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

}  // namespace waybill::runtime
