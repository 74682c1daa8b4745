// RawHttp: an HTTP client that sends the octets it is told to and nothing else, for what a proper
// client never does. Loopback, blocking; a read that takes too long fails the test.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "runtime/endpoint.h"

namespace waybill::tests {

struct RawAnswer {
  int status = 0;
  std::string head;  // the status line and the fields
  std::string body;

  bool has(std::string_view field) const { return head.find(field) != std::string::npos; }
};

class RawHttp {
 public:
  explicit RawHttp(const runtime::Endpoint& to) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(to.port);
    at.sin_addr.s_addr = htonl(to.address.to_v4().to_uint());
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  }
  ~RawHttp() { ::close(socket_); }
  RawHttp(const RawHttp&) = delete;
  RawHttp& operator=(const RawHttp&) = delete;

  void send(std::string_view octets) {
    while (!octets.empty()) {
      const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // `line` with a Host field and an empty line.
  void ask(const std::string& line) { send(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n"); }

  // The next answer; status 0 if the connection ended instead.
  enum class Body { as_said, none };
  RawAnswer answer(Body body = Body::as_said) {
    RawAnswer out;
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return out;
    }
    out.head = unread_.substr(0, end + 4);
    unread_.erase(0, end + 4);
    out.status = std::stoi(out.head.substr(9, 3));
    const auto field = out.head.find("Content-Length: ");
    const std::size_t size = body == Body::none ? 0 : std::stoul(out.head.substr(field + 16));
    while (unread_.size() < size && receive()) {
    }
    out.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return out;
  }

  // What comes up to `text`, or all there was if the server closes before it.
  std::string hear_up_to(std::string_view text) {
    std::size_t end = 0;
    while ((end = unread_.find(text)) == std::string::npos) {
      if (!receive()) return std::exchange(unread_, {});
    }
    std::string out = unread_.substr(0, end + text.size());
    unread_.erase(0, out.size());
    return out;
  }

  // True once the server has closed and everything was read.
  bool ended() { return unread_.empty() && !receive(); }

 private:
  bool receive() {
    char octets[4096];
    const auto count = ::recv(socket_, octets, sizeof octets, 0);
    EXPECT_FALSE(count < 0 && errno == EAGAIN) << "no answer in time";
    if (count <= 0) return false;
    unread_.append(octets, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  std::string unread_;
};

}  // namespace waybill::tests
