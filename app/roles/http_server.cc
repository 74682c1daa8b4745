#include "app/roles/http_server.h"

#include "http/exposure.h"
#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"

namespace waybill::app {

using runtime::Explained;

namespace {

// Streams share them piece by piece: beside the questions' workers they must not take the machine.
constexpr std::size_t kStreamThreads = 2;

}  // namespace

// A stream asks for one piece at a time: the queue is never full.
HttpServer::HttpServer(std::uint32_t max_streams)
    : stream_workers_(runtime::thread_workers("wb-http-stream", kStreamThreads, max_streams)) {}

Explained<std::unique_ptr<HttpServer>> HttpServer::start(const HttpSettings& settings,
                                                         http::Router router,
                                                         http::ServerParts parts) {
  const bool guarded = parts.secret && settings.tls;
  const auto guard = guarded ? http::Guard::secret_over_tls : http::Guard::none;
  if (const auto may = http::check_exposure(settings.listen, guard); !may) return may.error();

  std::unique_ptr<HttpServer> out(new HttpServer(settings.server.max_streams));
  auto listener = runtime::listen_tcp(out->thread_.context(), settings.listen);
  if (!listener) {
    return runtime::explain(listener.error(),
                            "cannot listen for HTTP on " + to_string(settings.listen));
  }
  if (settings.tls) *listener = runtime::tls_listener(std::move(*listener), *settings.tls);
  parts.chance = out->chance_.get();
  parts.stream_workers = out->stream_workers_.get();
  out->server_.emplace(out->thread_, std::make_unique<http::Server>(
                                         out->thread_.executor(), std::move(*listener),
                                         std::move(router), std::move(parts), settings.server));
  return out;
}

}  // namespace waybill::app
