// HttpServer: the HTTP server of this process with what it runs on: threads, a listener on TCP or
// TLS, and workers for its streams.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"
#include "http/threaded_server.h"
#include "runtime/chance.h"
#include "runtime/io_thread.h"
#include "runtime/tls_connection.h"

namespace waybill::app {

// Streams that may be open where the process may open so many descriptors: each has one, and what
// is here for them is nobody else's.
std::uint32_t streams_within(std::uint64_t descriptors);

// Threads that answer people: as many as there are processors, but a flood of questions must not
// have more of a large machine than mail has.
std::size_t http_threads();

struct HttpSettings {
  runtime::Endpoint listen;
  http::ServerSettings server{};
  // Null: in clear.
  std::shared_ptr<const runtime::TlsServer> tls{};
  // Threads that answer: connections are given to them in turn.
  std::size_t threads = 1;
  // Whoever asks has to say who they are, unless the request comes from this machine.
  bool asks_who = false;
};

class HttpServer {
 public:
  // Answers at once, and until its destruction. An address beyond loopback is refused
  // (http/exposure.h). `parts.chance` and `parts.stream_workers` are its own.
  static runtime::Explained<std::unique_ptr<HttpServer>> start(const HttpSettings& settings,
                                                               http::Router router,
                                                               http::ServerParts parts);

  const runtime::Endpoint& local() const { return server_->local(); }
  bool is_secured() const { return tls_ != nullptr; }

 private:
  HttpServer(const HttpSettings& settings, std::uint32_t max_streams);

  const std::shared_ptr<const runtime::TlsServer> tls_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  const std::unique_ptr<runtime::Workers> stream_workers_;
  std::vector<std::unique_ptr<runtime::IoThread>> threads_;
  std::optional<http::ThreadedServer> server_;
};

}  // namespace waybill::app
