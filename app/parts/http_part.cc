#include "app/parts/http_part.h"

#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;

namespace {

// Questions that wait for a worker; beyond, 503 at once.
constexpr std::size_t kQueue = 1024;
// The same where each waits for other nodes, for seconds where these are frozen.
constexpr std::size_t kRemoteQueue = 64;

// Readers of the feed that ask other nodes at the same time: each has a connection to a node while
// it does, so that a thousand readers have no more of them. An answer takes milliseconds and has
// some 64 KiB, of which four at a time are more than a gigabit.
constexpr std::size_t kRemoteStreams = 4;

}  // namespace

Explained<void> HttpPart::start() {
  workers_ = runtime::thread_workers(readers_.name, readers_.threads, kQueue);
  if (askers_.threads > 0) {
    remote_workers_ = runtime::thread_workers(askers_.name, askers_.threads, kRemoteQueue);
    // A stream asks for one piece at a time: the queue is never full.
    remote_stream_workers_ =
        runtime::thread_workers("wb-ask-feeds", kRemoteStreams, http::kMaxStreams);
  }
  auto site = build_();
  if (!site) return site.error();
  auto health = [this, of_role = std::move(site->health)] {
    http::Health out = of_role();
    // Parts behind this one may still be starting: the relay, which takes the mail.
    if (!process_.serving()) out.why_not = "starting";
    // A load balancer sends mail elsewhere from now on.
    if (process_.stopping()) out.why_not = "stopping: mail under way is let end";
    out.ready = out.why_not.empty();
    return out;
  };
  // Metrics name the domains that mail goes to.
  http::Needs for_metrics = http::kOpen;
  if (site->guards_metrics) {
    for_metrics.scope = schemas::Scope::history;
    for_metrics.whole_sight = true;
  }
  http::add_health_routes(site->router, std::move(health), process_.metrics(), for_metrics);
  principals_ = std::move(site->principals);
  access_ = std::move(site->access);
  http::ServerParts parts;
  parts.workers = workers_.get();
  parts.remote_workers = remote_workers_.get();
  parts.remote_stream_workers = remote_stream_workers_.get();
  parts.clock = &process_.clock();
  parts.metrics = &process_.metrics();
  parts.secret = std::move(site->secret);
  parts.principals = principals_.get();
  parts.access = access_.get();
  auto server = HttpServer::start(site->settings, std::move(site->router), std::move(parts));
  if (!server) return server.error();
  server_ = std::move(*server);
  return {};
}

void HttpPart::ready() {
  log(runtime::Level::info, "app", "answering",
      {{"http", (server_->is_secured() ? "https://" : "http://") + to_string(server_->local())}});
}

}  // namespace waybill::app
