// ProxyDoor: where connections come in, before there is a session. A connection from an address of
// server.proxy_from is a proxy's and begins with a header that names its client
// (runtime/proxy_header.h); it is handed on with that client as its remote end, whom all that
// follows admits, judges and writes down. Every other connection is handed on as it is, unread.
//
// A connection is closed without a word, counted, and told in the log once a minute, where its
// header is missing, wrong or late, or where too many wait for theirs. All calls on one thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "relay/session.h"
#include "runtime/clock.h"
#include "runtime/crowd.h"
#include "runtime/metrics.h"
#include "runtime/network.h"

namespace waybill::relay {

// Connections of one I/O thread whose header is not whole. A proxy sends it with its first segment,
// so that a thousand new ones a second are some few that wait; each costs a descriptor.
inline constexpr std::uint32_t kMaxWithoutHeader = 64;

// From the connection on: a lost segment is sent again after a second, and once more after two
// (proxy-protocol.txt 2: "at least 3 seconds").
inline constexpr std::chrono::seconds kProxyHeaderTimeout{5};

// A proxy that was set up wrong closes every connection.
inline constexpr std::chrono::seconds kProxyFaultTold{60};

class ProxyDoor {
 public:
  // What is handed on goes there.
  using Take = std::function<void(std::unique_ptr<runtime::Connection>, Session::Begins)>;

  // All outlive it. `scope` is joined by its owner after stop().
  ProxyDoor(const std::vector<runtime::Network>& proxies, runtime::Clock& clock,
            runtime::Counter& refused, runtime::Scope& scope, Take take)
      : proxies_(proxies),
        clock_(clock),
        refused_(refused),
        crowd_(scope, 0),
        take_(std::move(take)) {}

  void adopt(std::unique_ptr<runtime::Connection> connection, Session::Begins begins);

  // Closes what waits for its header.
  void stop();

  std::size_t waiting() const { return crowd_.served(); }

 private:
  runtime::Task<void> hear(std::unique_ptr<runtime::Connection> connection, Session::Begins begins);
  void refuse(const runtime::Connection& connection, std::string_view why);

  const std::vector<runtime::Network>& proxies_;
  runtime::Clock& clock_;
  runtime::Counter& refused_;
  runtime::Crowd crowd_;
  const Take take_;
  runtime::Instant tell_again_{};
  bool stopping_ = false;
  std::uint64_t untold_ = 0;  // refused since the last line of the log
};

}  // namespace waybill::relay
