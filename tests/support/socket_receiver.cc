#include "tests/support/socket_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace waybill::tests {
namespace {

using std::chrono::milliseconds;

// In the midst of a record of a test, and after some.
constexpr std::size_t kCutOctets = 3'000;
constexpr std::size_t kEndRecords = 5;
constexpr std::size_t kLittle = 500;

void must_listen(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("no receiver: ") + what);
}

// Below those that the kernel gives to clients: a client that tries to reconnect while nobody
// listens may get that very port for its own end, and meet itself there.
std::uint16_t some_port() {
  static std::atomic<unsigned> next{0};
  return static_cast<std::uint16_t>(20'000 + (::getpid() * 7 + next++ * 13) % 12'000);
}

}  // namespace

SocketReceiver::SocketReceiver(ReceiverSettings settings) : settings_(std::move(settings)) {
  // OpenSSL writes to sockets that a peer has closed.
  ::signal(SIGPIPE, SIG_IGN);
  if (!settings_.chain_file.empty()) {
    context_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    must_listen(
        SSL_CTX_use_certificate_chain_file(context_.get(), settings_.chain_file.c_str()) == 1 &&
            SSL_CTX_use_PrivateKey_file(context_.get(), settings_.key_file.c_str(),
                                        SSL_FILETYPE_PEM) == 1,
        "certificate");
    if (!settings_.client_ca_file.empty()) {
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         nullptr);
      must_listen(SSL_CTX_load_verify_file(context_.get(), settings_.client_ca_file.c_str()) == 1,
                  "CA");
    }
  }
  listen();
  accepting_ = std::thread([this] { accept_all(); });
}

SocketReceiver::~SocketReceiver() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  stopped_.notify_all();
  accepting_.join();
  for (std::thread& thread : serving_) thread.join();
  if (listener_ >= 0) ::close(listener_);
}

void SocketReceiver::listen() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must_listen(socket >= 0, "socket");
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool bound = false;
  for (int tries = 0; tries < 1'000 && !bound; ++tries) {
    const std::uint16_t port = port_ == 0 ? some_port() : port_;
    at.sin_port = htons(port);
    bound = ::bind(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    if (bound) port_ = port;
  }
  must_listen(bound, "bind");
  must_listen(::listen(socket, 64) == 0, "listen");
  listener_ = socket;
}

void SocketReceiver::behave(Habit habit, int connections) {
  const std::lock_guard lock(mutex_);
  habit_ = habit;
  habit_left_ = connections;
  if (habit == Habit::refuses) {
    if (listener_ >= 0) ::close(listener_.exchange(-1));
  } else if (listener_ < 0) {
    listen();
  }
}

void SocketReceiver::end_all() {
  const std::lock_guard lock(mutex_);
  for (const int socket : open_) ::shutdown(socket, SHUT_RD);
}

std::vector<std::string> SocketReceiver::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

void SocketReceiver::accept_all() {
  for (;;) {
    int socket = -1;
    Habit habit = Habit::well;
    pollfd look{listener_, POLLIN, 0};
    const bool waiting = ::poll(&look, 1, 5) == 1;
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    // It was closed, and perhaps opened again, since the look.
    if (!waiting || listener_ < 0 || look.fd != listener_) continue;
    socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    if (habit_left_ > 0) {
      --habit_left_;
      habit = habit_;
    }
    // An answer waits for no acknowledgement of the one before.
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_.push_back(socket);
    serving_.emplace_back([this, socket, habit] { serve(socket, habit); });
  }
}

void SocketReceiver::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, time, [this] { return stop_; });
}

void SocketReceiver::serve(int socket, Habit habit) {
  Peer peer;
  peer.socket = socket;
  peer.habit = habit;
  if (habit == Habit::mute) {
    pause(std::chrono::minutes(10));
  } else if (secure(peer)) {
    talk(peer);
  }
  if (habit == Habit::resets) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  if (peer.tls != nullptr) SSL_free(peer.tls);
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  ::close(socket);
}

bool SocketReceiver::secure(Peer& peer) {
  if (!context_) return true;
  peer.tls = SSL_new(context_.get());
  SSL_set_fd(peer.tls, peer.socket);
  const bool shaken = SSL_accept(peer.tls) == 1;
  ERR_clear_error();
  return shaken;
}

bool SocketReceiver::read_some(Peer& peer, std::string& into) {
  std::array<char, 64 << 10> piece;
  // What a process that goes away has not read, its system answers by RST: so it reads little.
  const bool goes = peer.habit == Habit::cuts || peer.habit == Habit::ends;
  const std::size_t size = goes ? kLittle : piece.size();
  if (peer.tls == nullptr) {
    const ssize_t count = ::recv(peer.socket, piece.data(), size, 0);
    if (count > 0) into.append(piece.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  ERR_clear_error();
  const int count = SSL_read(peer.tls, piece.data(), static_cast<int>(size));
  if (count > 0) into.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void SocketReceiver::write(Peer& peer, const std::string& octets) {
  if (peer.tls != nullptr) {
    SSL_write(peer.tls, octets.data(), static_cast<int>(octets.size()));
  } else {
    (void)::send(peer.socket, octets.data(), octets.size(), MSG_NOSIGNAL);
  }
}

void SocketReceiver::end(Peer& peer) {
  if (peer.habit == Habit::late) pause(kLate);
  if (peer.tls != nullptr && settings_.answers_close_notify) SSL_shutdown(peer.tls);
  // close() follows: FIN, or RST where something was not read.
}

void SocketReceiver::talk(Peer& peer) {
  const bool breaks = peer.habit == Habit::cuts || peer.habit == Habit::resets;
  for (;;) {
    const std::size_t before = peer.unread.size();
    if (!read_some(peer, peer.unread)) break;
    peer.octets += peer.unread.size() - before;
    if (breaks && peer.octets > kCutOctets) {
      // What was read beyond is not taken.
      const std::size_t over = std::min(peer.unread.size(), peer.octets - kCutOctets);
      peer.unread.resize(peer.unread.size() - over);
      take_records(peer);
      return;
    }
    if (!take_records(peer)) return;
  }
  if (peer.habit != Habit::dies_silent) end(peer);
}

bool SocketReceiver::keep(Peer& peer, std::string message) {
  if (peer.habit == Habit::ends && peer.records == kEndRecords) {
    end(peer);
    return false;
  }
  ++peer.records;
  ++count_;
  if (settings_.counts_alone) return true;
  const std::lock_guard lock(mutex_);
  received_.push_back(std::move(message));
  return true;
}

bool SocketReceiver::take_records(Peer& peer) {
  const bool relp = settings_.speaks == ReceiverSettings::Speaks::relp;
  return relp ? take_relp(peer) : take_counted(peer);
}

bool SocketReceiver::take_counted(Peer& peer) {
  if (settings_.counts_alone) {
    count_ += peer.unread.size();
    peer.unread.clear();
    return true;
  }
  std::size_t at = 0;
  bool goes_on = true;
  while (goes_on) {
    const std::size_t space = peer.unread.find(' ', at);
    if (space == std::string::npos) break;
    // The stream of the others is lost with the first that is no number.
    if (!std::isdigit(static_cast<unsigned char>(peer.unread[at]))) return false;
    const std::size_t size = std::stoul(peer.unread.substr(at, space - at));
    if (peer.unread.size() - space - 1 < size) break;
    goes_on = keep(peer, peer.unread.substr(space + 1, size));
    at = space + 1 + size;
  }
  peer.unread.erase(0, at);
  return goes_on;
}

bool SocketReceiver::take_relp(Peer& peer) {
  std::size_t at = 0;
  std::string answers;
  bool goes_on = true;
  while (goes_on) {
    const std::size_t one = peer.unread.find(' ', at);
    const std::size_t two = one == std::string::npos ? one : peer.unread.find(' ', one + 1);
    const std::size_t three =
        two == std::string::npos ? two : peer.unread.find_first_of(" \n", two + 1);
    if (three == std::string::npos) break;
    const std::string number = peer.unread.substr(at, one - at);
    const std::string command = peer.unread.substr(one + 1, two - one - 1);
    const std::size_t size = std::stoul(peer.unread.substr(two + 1, three - two - 1));
    const std::size_t data = peer.unread[three] == ' ' ? three + 1 : three;
    if (peer.unread.size() < data + size + 1) break;
    const std::string message = peer.unread.substr(data, size);
    at = data + size + 1;
    std::string words = "200 OK";
    if (command == "open") {
      words += "\nrelp_version=0\nrelp_software=test\ncommands=syslog";
    } else if (!settings_.refused_record.empty() &&
               message.find(settings_.refused_record) != std::string::npos) {
      words = "500 not this one";
    } else if (command == "syslog") {
      goes_on = keep(peer, message);
    }
    if (!goes_on || peer.habit == Habit::dies_silent) continue;
    answers += number + " rsp " + std::to_string(words.size()) + " " + words + "\n";
  }
  peer.unread.erase(0, at);
  if (peer.habit == Habit::late && peer.records > 0) pause(kLate);
  // The silent one answers the session's begin.
  if (peer.habit == Habit::dies_silent && peer.records == 0) {
    write(peer, "1 rsp 56 200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog\n");
  }
  if (peer.habit == Habit::dies_silent && peer.records > 0) return false;
  write(peer, answers);
  return goes_on;
}

}  // namespace waybill::tests
