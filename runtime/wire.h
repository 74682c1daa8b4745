// Wire: one connection at a time to a named host, in clear or by TLS, for a thread that may block.
// It serves protocols in which a host speaks and the peer answers late or never (syslog, RELP),
// and so tells what Connection has no word for: how the peer ended.
//
// Promises: every call ends by its deadline, and soon after cancel(). What the peer sends is read
// whenever there is a call, also while octets are written: under TLS 1.3 a server refuses a
// client's certificate by an alert that comes after the handshake.
// The caller owes: one thread at a time; cancel() alone may come from any. After any error other
// than of open() it calls drop() or open().
//
// Errors of all calls, with words that begin with the host: Errc::refused, by TLS: the peer's
// certificate is not trusted, or it refused ours; unreachable: nobody listens there, or there is no
// way; closed: the connection ended, or cancel() was called; timeout.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/cancel_signal.h"
#include "runtime/endpoint.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

struct WireTo {
  std::string host;  // a name or an IP address
  std::uint16_t port = 0;
  std::optional<TlsContext> tls{};  // none: in clear
  // What the server's certificate must bear, where that is not `host`.
  std::string tls_name{};
};

class Wire {
 public:
  explicit Wire(WireTo to);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // A new connection, with its TLS handshake. One that was open is dropped.
  Explained<void> open(Instant deadline);

  // Whether there is a connection that the peer has neither ended nor broken, as far as it is known
  // here; reads what has come, and never blocks.
  bool usable();

  // Why the connection is of no more use, as far as it is known.
  Explained<void> state() const;

  // All of it is in the system's hands. It ends early where the peer has ended the connection.
  Explained<void> write(std::string_view octets, Instant deadline);

  // Until something has come that take() gives.
  Explained<void> await_octets(Instant deadline);
  // What has come since; the first kMostUntaken octets of it, behind which the connection breaks.
  std::string take() { return std::exchange(inbox_, {}); }

  // Says the end (close_notify under TLS, RFC 8446 6.1, and FIN), and waits for the peer's own. It
  // succeeds where the peer's host has acknowledged every octet, and the peer then ended, by
  // close_notify or by FIN: its process has read all. A peer's system answers octets that its
  // process did not read by RST, which is an error, as is an end that the peer made before ours.
  // After Errc::timeout the call may be made again and goes on; nothing can be written meanwhile.
  // The connection is gone after success. What no host can tell from here: a peer that says its end
  // before it has read all (shutdown(2), SHUT_WR), at the time of ours; and one that was killed
  // when it had read all and done nothing with it.
  Explained<void> finish(Instant deadline);

  // No more of this connection. Where it is whole the peer is told by close_notify.
  void drop() noexcept;

  // Whoever waits here gives up soon, and so does everyone after. Any thread.
  void cancel() noexcept { cancel_.cancel(); }

  static constexpr std::size_t kMostUntaken = 1 << 20;

 private:
  Explained<void> connect(const Endpoint& to, Instant deadline);
  Explained<void> shake_hands(Instant deadline);
  // Sends what the engine has for the peer and then `octets`.
  Explained<void> send_all(std::string_view octets, Instant deadline);
  Explained<void> wait(short events, Instant deadline);
  void read_all();
  bool receive_some();
  void open_records();
  void break_off(Errc code, const std::string& why);
  // After both ends: whether the peer's system has acknowledged all. nullopt: not yet.
  std::optional<bool> acknowledged() const;
  Failure failure(Errc code, const std::string& why) const;

  const WireTo to_;
  CancelSignal cancel_;
  int socket_ = -1;
  std::unique_ptr<TlsEngine> engine_;
  bool shaken_ = false;
  std::string inbox_;
  bool notified_ = false;  // the peer's close_notify came
  bool ended_ = false;     // its FIN came
  bool finishing_ = false;
  std::optional<Instant> notified_at_;
  std::optional<Failure> broken_;
};

}  // namespace waybill::runtime
