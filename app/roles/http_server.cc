#include "app/roles/http_server.h"

#include <algorithm>
#include <thread>

#include "http/exposure.h"
#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/descriptors.h"

namespace waybill::app {

using runtime::Explained;

namespace {

// Streams share them piece by piece: beside the questions' workers they must not take the machine.
constexpr std::size_t kStreamThreads = 2;

// Beyond it a relay of the default size has its descriptors beside kMaxStreams.
constexpr std::uint64_t kManyDescriptors = 8192;

}  // namespace

std::size_t http_threads() {
  constexpr std::size_t kMost = 4;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMost);
}

std::uint32_t streams_within(std::uint64_t descriptors) {
  return descriptors >= kManyDescriptors ? http::kMaxStreams : http::kFewStreams;
}

// A stream asks for one piece at a time: the queue is never full.
HttpServer::HttpServer(const HttpSettings& settings, std::uint32_t max_streams)
    : tls_(settings.tls),
      stream_workers_(runtime::thread_workers("wb-http-stream", kStreamThreads, max_streams)) {
  for (std::size_t i = 0; i < settings.threads; ++i) {
    threads_.push_back(std::make_unique<runtime::IoThread>("wb-http"));
  }
}

Explained<std::unique_ptr<HttpServer>> HttpServer::start(const HttpSettings& settings,
                                                         http::Router router,
                                                         http::ServerParts parts) {
  const bool guarded = settings.tls && (parts.secret || settings.asks_who);
  const auto guard = guarded ? http::Guard::credentials_over_tls : http::Guard::none;
  if (const auto may = http::check_exposure(settings.listen, guard); !may) return may.error();

  http::ServerSettings of_server = settings.server;
  of_server.max_streams = streams_within(runtime::descriptor_limit());
  std::unique_ptr<HttpServer> out(new HttpServer(settings, of_server.max_streams));
  runtime::IoThread& first = *out->threads_.front();
  std::vector<runtime::Executor> seats;
  for (const auto& thread : out->threads_) seats.push_back(thread->executor());
  auto listener = runtime::listen_tcp(first.context(), settings.listen);
  if (!listener) {
    return runtime::explain(listener.error(),
                            "cannot listen for HTTP on " + to_string(settings.listen));
  }
  if (out->tls_) *listener = runtime::tls_listener(std::move(*listener), *out->tls_);
  parts.chance = out->chance_.get();
  parts.stream_workers = out->stream_workers_.get();
  out->server_.emplace(
      first, std::make_unique<http::Server>(std::move(seats), std::move(*listener),
                                            std::move(router), std::move(parts), of_server));
  return out;
}

}  // namespace waybill::app
