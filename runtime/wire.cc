#include "runtime/wire.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

#include "runtime/blocking_look_up.h"
#include "runtime/clock.h"

namespace waybill::runtime {
namespace {

using TlsStep = TlsEngine::Step;

// What is sealed and sent at a time: a few records of TLS, so that copies stay small, and the peer
// is listened to often enough.
constexpr std::size_t kWritePiece = 64 << 10;
constexpr std::size_t kReadPiece = 16 << 10;
// A peer that has answered close_notify closes its connection at once; one that does not in this
// time leaves it open, having said that it read all.
constexpr auto kFinPatience = std::chrono::seconds(1);
// Nothing tells when the last octet was acknowledged: it is looked for. A round trip is longer.
constexpr auto kAcknowledgedSeenWithin = std::chrono::milliseconds(1);

Instant clock_now() { return std::chrono::steady_clock::now(); }

int socket_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

void switch_on(int socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket, level, option, &on, sizeof on);
}

}  // namespace

Wire::Wire(WireTo to) : to_(std::move(to)) {}

Wire::~Wire() { drop(); }

Failure Wire::failure(Errc code, const std::string& why) const {
  return {code, to_.host + ":" + std::to_string(to_.port) + ": " + why};
}

void Wire::break_off(Errc code, const std::string& why) {
  if (!broken_) broken_ = failure(code, why);
}

Explained<void> Wire::state() const {
  if (socket_ < 0) return failure(Errc::closed, "there is no connection");
  if (broken_) return *broken_;
  return {};
}

Explained<void> Wire::wait(short events, Instant deadline) {
  auto waited = cancel_.wait(socket_, events, deadline);
  if (!waited) return failure(waited.error().code, waited.error().why);
  return {};
}

Explained<void> Wire::open(Instant deadline) {
  drop();
  const auto addresses = look_up_blocking(to_.host, deadline, cancel_);
  if (!addresses) return addresses.error();
  Explained<void> last = failure(Errc::unreachable, "it has no address");
  auto left = static_cast<int>(addresses->size());
  for (const IpAddress& address : *addresses) {
    // An address where nobody answers must leave time for the next.
    const Instant share = clock_now() + (deadline - clock_now()) / left--;
    last = connect(Endpoint{address, to_.port}, sooner(share, deadline));
    if (last && to_.tls) last = shake_hands(deadline);
    if (last) return last;
    drop();
  }
  return last;
}

Explained<void> Wire::connect(const Endpoint& to, Instant deadline) {
  const boost::asio::ip::tcp::endpoint address(to.address, to.port);
  const int family = to.address.is_v6() ? AF_INET6 : AF_INET;
  socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return failure(Errc::limit_exceeded, std::strerror(errno));
  switch_on(socket_, IPPROTO_TCP, TCP_NODELAY);
  // A peer that went away without a word is found while there is nothing to send, too.
  switch_on(socket_, SOL_SOCKET, SO_KEEPALIVE);
  int error = 0;
  if (::connect(socket_, address.data(), static_cast<socklen_t>(address.size())) != 0) {
    error = errno;
  }
  if (error == EINPROGRESS) {
    auto connected = wait(POLLOUT, deadline);
    if (!connected) return connected;
    error = socket_error(socket_);
  }
  if (error == 0) return {};
  if (error == ETIMEDOUT) return failure(Errc::timeout, std::strerror(error));
  return failure(Errc::unreachable, std::strerror(error));
}

Explained<void> Wire::shake_hands(Instant deadline) {
  engine_ = std::make_unique<TlsEngine>(*to_.tls, to_.tls_name.empty() ? to_.host : to_.tls_name);
  for (;;) {
    const TlsStep step = engine_->handshake();
    auto sent = send_all("", deadline);
    switch (step) {
      case TlsStep::done: shaken_ = true; return sent;
      case TlsStep::wants_input: break;
      case TlsStep::untrusted:
        return failure(Errc::refused, "its certificate is not trusted: " + engine_->why());
      case TlsStep::refused: return failure(Errc::refused, "it refused TLS: " + engine_->why());
      case TlsStep::ended:
      case TlsStep::failed:
        return failure(Errc::closed, "it does not speak TLS as we do: " + engine_->why());
    }
    if (!sent) return sent;
    while (!receive_some() && !broken_ && !ended_) {
      auto readable = wait(POLLIN, deadline);
      if (!readable) return readable;
    }
    if (ended_) return failure(Errc::closed, "it closed the connection within the handshake");
    if (broken_) return *broken_;
  }
}

bool Wire::usable() {
  if (socket_ < 0 || finishing_) return false;
  read_all();
  return !broken_ && !ended_ && !notified_;
}

// One piece into the engine, or the inbox. False: there is none now, or no more.
bool Wire::receive_some() {
  std::array<char, kReadPiece> piece;
  const ssize_t count = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
  if (count > 0) {
    const std::string_view octets(piece.data(), static_cast<std::size_t>(count));
    if (engine_) {
      engine_->feed(octets);
    } else {
      inbox_ += octets;
    }
    return true;
  }
  if (count == 0) {
    ended_ = true;
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    break_off(Errc::closed, std::string("the connection broke: ") + std::strerror(errno));
  }
  return false;
}

// What the engine can make of what it was fed.
void Wire::open_records() {
  std::array<char, kReadPiece> text;
  while (!notified_ && !broken_) {
    std::size_t count = 0;
    switch (engine_->read(text, count)) {
      case TlsStep::done: inbox_.append(text.data(), count); continue;
      case TlsStep::wants_input: return;
      case TlsStep::ended:
        notified_ = true;
        notified_at_ = clock_now();
        return;
      case TlsStep::untrusted:
      case TlsStep::refused:
        return break_off(Errc::refused, "it refused our TLS: " + engine_->why());
      case TlsStep::failed: return break_off(Errc::closed, "TLS was cut off: " + engine_->why());
    }
  }
}

void Wire::read_all() {
  while (!ended_ && !broken_ && receive_some()) {
    if (engine_) open_records();
    if (inbox_.size() <= kMostUntaken) continue;
    inbox_.resize(kMostUntaken);
    break_off(Errc::closed, "it sends more than it was asked for");
  }
}

Explained<void> Wire::send_all(std::string_view octets, Instant deadline) {
  const std::string ahead = engine_ ? engine_->output() : std::string();
  for (std::string_view rest : {std::string_view(ahead), octets}) {
    while (!rest.empty()) {
      const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        const std::string why = std::string("the connection broke: ") + std::strerror(errno);
        // What came before is the caller's, and an alert says more.
        read_all();
        break_off(Errc::closed, why);
        return *broken_;
      }
      auto ready = wait(POLLOUT | POLLIN, deadline);
      if (ready) read_all();
      if (ready && ended_ && !finishing_) {
        ready = failure(Errc::closed, "it closed the connection while octets were sent");
      }
      // The rest of a record is lost with the connection.
      if (!ready) break_off(ready.error().code, "the connection was left within a record");
      if (!ready) return ready;
      if (broken_) return *broken_;
    }
  }
  return {};
}

Explained<void> Wire::write(std::string_view octets, Instant deadline) {
  while (!octets.empty()) {
    if (!usable()) {
      if (auto known = state(); !known) return known;
      break_off(Errc::closed, "it closed the connection");
      return *broken_;
    }
    const auto piece = octets.substr(0, kWritePiece);
    octets.remove_prefix(piece.size());
    if (engine_ && engine_->write(piece) != TlsStep::done) {
      break_off(Errc::closed, "TLS was cut off: " + engine_->why());
      return *broken_;
    }
    const auto clear = engine_ ? std::string_view() : piece;
    auto sent = send_all(clear, deadline);
    if (!sent) return sent;
  }
  return {};
}

Explained<void> Wire::await_octets(Instant deadline) {
  for (;;) {
    if (socket_ >= 0) read_all();
    if (!inbox_.empty()) return {};
    if (auto known = state(); !known) return known;
    if (ended_ || notified_) return failure(Errc::closed, "it closed the connection");
    auto ready = wait(POLLIN, deadline);
    if (!ready) return ready;
  }
}

Explained<void> Wire::finish(Instant deadline) {
  if (auto known = state(); !known) return known;
  if (!finishing_) {
    // What came before our own end is no answer to it.
    if (!usable()) break_off(Errc::closed, "it closed the connection by itself");
    if (broken_) return *broken_;
    finishing_ = true;
    if (engine_) engine_->close();
    if (auto sent = send_all("", deadline); !sent) return sent;
    ::shutdown(socket_, SHUT_WR);
  }
  for (;;) {
    read_all();
    inbox_.clear();
    if (broken_) return *broken_;
    const auto all = ended_ || notified_ ? acknowledged() : std::nullopt;
    if (all && !*all) break_off(Errc::closed, "it closed the connection and had not read all");
    if (all && *all) break;
    if (broken_) continue;
    if (clock_now() >= deadline) return failure(Errc::timeout, "it has not read all yet");
    // Once it has ended the socket is readable for ever.
    const bool over = ended_ || notified_;
    const Instant look = over ? clock_now() + kAcknowledgedSeenWithin : deadline;
    auto waited = cancel_.wait(over ? -1 : socket_, POLLIN, sooner(look, deadline));
    if (!waited && waited.error().code != Errc::timeout)
      return failure(Errc::closed, waited.error().why);
  }
  broken_ = failure(Errc::closed, "the connection has ended");
  drop();
  return {};
}

// Of our octets and our FIN.
std::optional<bool> Wire::acknowledged() const {
  if (socket_error(socket_) != 0) return false;
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  // Both have ended, and neither by RST, which would be the socket's error.
  if (info.tcpi_state == TCP_CLOSE || info.tcpi_state == TCP_TIME_WAIT) {
    return socket_error(socket_) == 0;
  }
  const bool heard = info.tcpi_state == TCP_FIN_WAIT2;
  if (heard && notified_at_ && clock_now() - *notified_at_ > kFinPatience) return true;
  return std::nullopt;
}

void Wire::drop() noexcept {
  if (socket_ >= 0) {
    if (shaken_ && !broken_ && !finishing_) {
      // RFC 8446 6.1: the peer can tell an end from a cut.
      engine_->close();
      const std::string farewell = engine_->output();
      (void)::send(socket_, farewell.data(), farewell.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    ::close(socket_);
  }
  socket_ = -1;
  engine_.reset();
  inbox_.clear();
  shaken_ = notified_ = ended_ = finishing_ = false;
  notified_at_.reset();
  broken_.reset();
}

}  // namespace waybill::runtime
