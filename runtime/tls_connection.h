// TlsConnection: a connection that TLS protects; TlsServer: the port through which a server makes
// one of a connection in clear.
#pragma once

#include <memory>

#include "runtime/connection.h"
#include "runtime/failure.h"

namespace waybill::runtime {

class TlsConnection : public Connection {
 public:
  // The handshake, where no read or write has made it; errors as theirs, and the words say why.
  virtual Task<Explained<void>> shake_hands(Instant deadline) = 0;
  // What about the peer's certificate made the handshake fail; none: it was something else.
  virtual TlsFault fault() const { return TlsFault::none; }
};

class TlsServer {
 public:
  virtual ~TlsServer() = default;
  // Whether there is a certificate; once there is one, there is one for good.
  virtual bool ready() const = 0;
  // Where it is ready.
  virtual std::unique_ptr<TlsConnection> secure(std::unique_ptr<Connection> connection) const = 0;
};

}  // namespace waybill::runtime
