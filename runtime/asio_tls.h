// TLS over any Connection, as server and as client.
//
// Promises: Connection's contract as it stands, and that nothing but TLS crosses the connection
// below. The handshake is made by the first read or write, on the connection's own executor, so
// that a listener goes on accepting meanwhile; if it lasts longer than `patience` after that, the
// call ends with Errc::timeout and the connection is closed.
//
// A client's call gives Errc::refused when the server's certificate is not trusted or is not that
// of `host`, and when the server refuses us with an alert. Every failed handshake is logged with
// its reason. A peer that does not speak TLS is Errc::closed.
//
// An end is told by close_notify (RFC 8446 6.1), where the socket takes it at once and no write is
// under way.
//
// Limits: a peer's end of stream without one is taken for an end: the protocol above must know by
// itself where what it reads is whole, as HTTP does by Content-Length.
#pragma once

#include <memory>
#include <string>

#include "runtime/listener.h"
#include "runtime/tls_connection.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

// A handshake is two round trips and some milliseconds of arithmetic: ten seconds are the slowest
// mobile network's; a peer that is silent longer holds a descriptor for nothing.
inline constexpr Duration kTlsPatience = std::chrono::seconds(10);

std::unique_ptr<TlsConnection> tls_server(std::unique_ptr<Connection> below,
                                          const TlsContext& context,
                                          Duration patience = kTlsPatience);

// `host`: the name or IP address that the server's certificate must bear.
std::unique_ptr<TlsConnection> tls_client(std::unique_ptr<Connection> below,
                                          const TlsContext& context, const std::string& host,
                                          Duration patience = kTlsPatience);

// As client of the host that `dane` is of; the context is TlsContext::client_by_dane().
std::unique_ptr<TlsConnection> tls_client(std::unique_ptr<Connection> below,
                                          const TlsContext& context, const Dane& dane,
                                          Duration patience = kTlsPatience);

// What it accepts speaks TLS as server.
std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> below, TlsContext context,
                                       Duration patience = kTlsPatience);
// The same by what `tls` shows at each handshake; it is ready, and outlives the listener.
std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> below, const TlsServer& tls);

}  // namespace waybill::runtime
