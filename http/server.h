// Server: HTTP/1.1 on the connections of one listener, each request answered by the handler that a
// router names for it. It chooses no adapter: the listener, TLS or not, and the executors come from
// the caller, so that the same server runs on sockets and on the net of a simulation.
//
// A connection lives on one of several seats, each an executor with one thread; the first accepts,
// and gives them out in turn. Where it may listen: exposure.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "http/router.h"
#include "http/service.h"
#include "http/session.h"
#include "runtime/listener.h"

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
  // `seats` is not empty. What `parts` points to outlives the server.
  Server(std::vector<runtime::Executor> seats, std::unique_ptr<runtime::Listener> listener,
         Router router, ServerParts parts, ServerSettings settings);
  Server(runtime::Executor executor, std::unique_ptr<runtime::Listener> listener, Router router,
         ServerParts parts, ServerSettings settings)
      : Server(std::vector{std::move(executor)}, std::move(listener), std::move(router),
               std::move(parts), settings) {}
  ~Server();

  // On the first seat. Answers until stop(); ends when no connection is left.
  runtime::Task<void> run();

  // On the first seat. Takes no further connection, ends all streams and closes what is open.
  void stop();

  // Where it listens, also where port 0 was asked for.
  const runtime::Endpoint& local() const { return listener_->local(); }

 private:
  class Seat;
  // A connection that nothing is asked on goes, on whichever seat. False: there is none.
  bool close_an_idle_one();

  const std::unique_ptr<runtime::Listener> listener_;
  const std::shared_ptr<House> house_;
  const ServerSettings settings_;
  runtime::Clock& clock_;
  std::atomic<std::uint64_t> served_{0};  // connections, streams among them
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace waybill::http
