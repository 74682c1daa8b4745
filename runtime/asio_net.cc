#include "runtime/asio_net.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/clock.h"
#include "runtime/network.h"

namespace waybill::runtime {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Acceptor = Tcp::acceptor::rebind_executor<Executor>::other;
using Socket = Tcp::socket::rebind_executor<Executor>::other;
using Timer = asio::steady_timer::rebind_executor<Executor>::other;

// Connections that the kernel may hold for us before accept() takes them.
constexpr int kBacklog = 1024;

Errc translate(const Error& error) {
  switch (error.value()) {
    case ECONNREFUSED: return Errc::refused;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EACCES:
    case EPERM: return Errc::unreachable;
    case ETIMEDOUT: return Errc::timeout;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Errc::limit_exceeded;
    default: return Errc::closed;
  }
}

// A socket that was handed over may be one for both families.
Endpoint endpoint_of(const Tcp::endpoint& e) { return {unmapped(e.address()), e.port()}; }

// Closes a socket when its deadline passes. Shared with the timer's handler, which may run after
// the connection is gone.
struct Watch : std::enable_shared_from_this<Watch> {
  explicit Watch(Socket s) : socket(std::move(s)), timer(socket.get_executor()) {}

  // One deadline for reading and one for writing; only the earlier is armed.
  struct Side {
    Instant deadline = Instant::max();
    bool expired = false;
  };

  void guard(Side& side, Instant deadline) {
    side.deadline = deadline;
    side.expired = false;
    if (deadline < armed_for) arm(deadline);
  }

  void arm(Instant when) {
    armed_for = when;
    timer.expires_at(when);
    timer.async_wait([self = shared_from_this()](const Error& error) {
      if (!error) self->fire();
    });
  }

  void fire() {
    armed_for = Instant::max();
    const Instant now = std::chrono::steady_clock::now();
    for (Side* side : {&reading, &writing}) {
      if (side->deadline <= now) {
        side->expired = true;
        side->deadline = Instant::max();
        Error ignored;
        socket.cancel(ignored);
      }
    }
    const Instant next = sooner(reading.deadline, writing.deadline);
    if (next != Instant::max()) arm(next);
  }

  Socket socket;
  Timer timer;
  Instant armed_for = Instant::max();
  Side reading;
  Side writing;
};

class TcpConnection final : public Connection {
 public:
  explicit TcpConnection(Socket socket) : watch_(std::make_shared<Watch>(std::move(socket))) {
    Error ignored;
    watch_->socket.set_option(Tcp::no_delay(true), ignored);
    watch_->socket.non_blocking(true, ignored);
    local_ = endpoint_of(watch_->socket.local_endpoint(ignored));
    remote_ = endpoint_of(watch_->socket.remote_endpoint(ignored));
  }

  ~TcpConnection() override {
    close();
    watch_->timer.cancel();
  }

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    const auto watch = watch_;
    watch->guard(watch->reading, deadline);
    const auto buffer = asio::buffer(into.data(), into.size());
    const auto [error, count] = co_await watch->socket.async_read_some(buffer, kWithError);
    watch->reading.deadline = Instant::max();
    if (!error) co_return count;
    co_return make_error_code(watch->reading.expired ? Errc::timeout : translate(error));
  }

  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    const auto watch = watch_;
    watch->guard(watch->writing, deadline);
    // Piece by piece, and not asio::async_write: a deadline that passes between two of its pieces
    // finds nothing to cancel, and the next piece would wait for ever.
    Error error;
    while (!bytes.empty() && !error && !watch->writing.expired) {
      const auto buffer = asio::buffer(bytes.data(), bytes.size());
      const auto [failed, count] = co_await watch->socket.async_write_some(buffer, kWithError);
      error = failed;
      bytes.remove_prefix(count);
    }
    watch->writing.deadline = Instant::max();
    if (bytes.empty()) co_return Result<void>();
    co_return make_error_code(watch->writing.expired ? Errc::timeout : translate(error));
  }

  void write_last(std::string_view bytes) noexcept override {
    constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
    (void)::send(watch_->socket.native_handle(), bytes.data(), bytes.size(), kFlags);
  }

  void close() noexcept override {
    Error ignored;
    watch_->socket.close(ignored);
  }

  bool quiet() noexcept override {
    char octet = 0;
    const auto got = ::recv(watch_->socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  const Endpoint& local() const override { return local_; }
  const Endpoint& remote() const override { return remote_; }
  Executor executor() const override { return watch_->socket.get_executor(); }

 private:
  std::shared_ptr<Watch> watch_;
  Endpoint local_;
  Endpoint remote_;
};

class TcpListener final : public Listener {
 public:
  explicit TcpListener(Acceptor acceptor)
      : acceptor_(std::move(acceptor)), local_(endpoint_of(acceptor_.local_endpoint())) {}

  Task<Result<std::unique_ptr<Connection>>> accept(Executor home) override {
    Socket socket(home);
    const auto [error] = co_await acceptor_.async_accept(socket, kWithError);
    if (!acceptor_.is_open()) co_return make_error_code(Errc::closed);
    if (error) {
      // A connection that died before it was taken ends nothing but itself.
      const Errc code = translate(error);
      co_return make_error_code(code == Errc::closed ? Errc::temporary : code);
    }
    std::unique_ptr<Connection> connection = std::make_unique<TcpConnection>(std::move(socket));
    co_return connection;
  }

  void close() noexcept override {
    Error ignored;
    acceptor_.close(ignored);
  }

  const Endpoint& local() const override { return local_; }

 private:
  Acceptor acceptor_;
  Endpoint local_;
};

// The port is chosen once it is known where to: else one address would have some 28,000 connections
// in all, and not to each server (ip(7), IP_BIND_ADDRESS_NO_PORT).
Error leave_from(Socket& socket, const IpAddress& address) {
  const Tcp::endpoint source(address, 0);
  Error error;
  socket.open(source.protocol(), error);
  const int on = 1;
  if (!error) {
    ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socket.bind(source, error);
  }
  return error;
}

class TcpDialer final : public Dialer {
 public:
  using Dialer::dial;
  Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline,
                                                 std::optional<IpAddress> from) override {
    const Executor executor = co_await asio::this_coro::executor;
    const auto watch = std::make_shared<Watch>(Socket(executor));
    if (from) {
      if (const Error error = leave_from(watch->socket, *from)) {
        co_return make_error_code(translate(error));
      }
    }
    watch->guard(watch->writing, deadline);
    const Tcp::endpoint endpoint(to.address, to.port);
    const auto [error] = co_await watch->socket.async_connect(endpoint, kWithError);
    watch->timer.cancel();
    if (error) {
      co_return make_error_code(watch->writing.expired ? Errc::timeout : translate(error));
    }
    std::unique_ptr<Connection> connection =
        std::make_unique<TcpConnection>(std::move(watch->socket));
    co_return connection;
  }
};

}  // namespace

Result<std::unique_ptr<Listener>> listen_tcp(asio::io_context& context, Endpoint at) {
  auto bound = bind_socket(at);
  if (!bound) return bound.error();
  return listen_tcp(context, std::move(*bound));
}

Result<std::unique_ptr<Listener>> listen_tcp(asio::io_context& context, BoundSocket socket) {
  Acceptor acceptor(context);
  const Tcp protocol = socket.local().address.is_v6() ? Tcp::v6() : Tcp::v4();
  Error error;
  acceptor.assign(protocol, socket.release(), error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return error;
  return std::unique_ptr<Listener>(std::make_unique<TcpListener>(std::move(acceptor)));
}

std::unique_ptr<Dialer> tcp_dialer() { return std::make_unique<TcpDialer>(); }

}  // namespace waybill::runtime
