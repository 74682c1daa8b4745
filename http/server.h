// Server: HTTP/1.1 on the connections of one listener, each request answered by the handler that a
// router names for it. It chooses no adapter: the listener, TLS or not, and the executor come from
// the caller, so that the same server runs on sockets and on the net of a simulation.
//
// One thread: its executor's. Where it may listen: exposure.h.
#pragma once

#include <cstdint>
#include <memory>

#include "http/router.h"
#include "http/service.h"
#include "http/session.h"
#include "runtime/crowd.h"
#include "runtime/listener.h"
#include "runtime/scope.h"

namespace waybill::http {

struct ServerSettings {
  // Connections at one time, those that tell a stream left out; above, one that waits for a request
  // makes room, and where all are busy 503 and close.
  std::uint32_t max_connections = 256;
  std::uint32_t max_streams = kFewStreams;
  SessionLimits session{};
};

class Server {
 public:
  // Runs on `executor`. What `parts` points to outlives the server.
  Server(runtime::Executor executor, std::unique_ptr<runtime::Listener> listener, Router router,
         ServerParts parts, ServerSettings settings);

  // Answers until stop(); ends when no connection is left.
  runtime::Task<void> run();

  // Takes no further connection, ends all streams and closes what is open.
  void stop();

  // Where it listens, also where port 0 was asked for.
  const runtime::Endpoint& local() const { return listener_->local(); }

 private:
  void take(std::unique_ptr<runtime::Connection> connection);
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection);
  runtime::Task<void> refuse(std::unique_ptr<runtime::Connection> connection);

  const runtime::Executor executor_;
  const std::unique_ptr<runtime::Listener> listener_;
  const ServerSettings settings_;
  runtime::Clock& clock_;
  runtime::Gauge& open_gauge_;
  Service service_;
  IdleConnections idle_;
  runtime::Scope scope_;
  runtime::Crowd crowd_;
};

}  // namespace waybill::http
