// Connection, Listener and Dialer on TCP sockets of Asio.
//
// A deadline is kept by one lazy timer for each connection: it is armed only when none earlier is
// pending, so that a busy connection pays for no timer at all.
#pragma once

#include <memory>

#include "runtime/bound_socket.h"
#include "runtime/dialer.h"
#include "runtime/listener.h"

namespace boost::asio {
class io_context;
}

namespace waybill::runtime {

// Listens on `at` (port 0: a free one). The error is the system's.
Result<std::unique_ptr<Listener>> listen_tcp(boost::asio::io_context& context, Endpoint at);
// On a socket that is bound, and may listen already.
Result<std::unique_ptr<Listener>> listen_tcp(boost::asio::io_context& context, BoundSocket socket);

std::unique_ptr<Dialer> tcp_dialer();

}  // namespace waybill::runtime
