// The HTTP server: answers from the views, HTTP/1.1. People ask on loopback only until there are
// tokens; other nodes ask on an address of its own, with a secret.
//
//   GET /v1/addresses/{address}/history?role=alias|sender|target&from=&to=&kind=&limit=&cursor=
//   GET /v1/deliveries/{id}
//   GET /v1/messages/{id}
//   GET /v1/messages?message_id=
//   GET /v1/domains/{domain}/counters?from=&to=
//   GET /livez /readyz /metrics
//
// JSON; times RFC 3339 UTC; every answer says `as_of`; errors are RFC 9457 problems.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projector/history.h"
#include "query/hosts.h"
#include "query/peers.h"
#include "runtime/endpoint.h"
#include "runtime/metrics.h"
#include "runtime/result.h"
#include "runtime/secret_file.h"
#include "runtime/time.h"
#include "runtime/tls_engine.h"
#include "runtime/workers.h"
#include "schemas/address.h"

namespace waybill::query {

struct Health {
  bool ready = false;
  std::string why_not;    // empty when ready
  std::uint64_t lag = 0;  // events durable and not yet in the views
};

// Of one connection. Each time is for a step, not for the connection.
struct SessionLimits {
  // Between requests: longer than the pause of a dashboard that asks once a minute.
  std::chrono::milliseconds idle{75'000};
  // From the first octet of a request to the end of its head, which fits one packet.
  std::chrono::milliseconds head{10'000};
  // For one answer to leave: a megabyte at 40 kB/s.
  std::chrono::milliseconds write{30'000};
  // For the rest of a request that was refused before its end to be read and thrown away: closing
  // at once would reset the connection and could take the answer with it (RFC 9112 9.6).
  std::chrono::milliseconds linger{1'000};
  // Then the connection closes, so that none lives for ever.
  std::uint32_t max_requests = 1000;
  Hosts hosts = Hosts::local;
};

struct ServerSettings {
  runtime::Endpoint listen;
  // Connections at one time; above, 503 and close.
  std::uint32_t max_connections = 256;
  SessionLimits session{};
  std::optional<runtime::TlsContext> tls{};
};

// How far the views of a partition are behind the log.
struct Freshness {
  std::uint64_t lag = 0;  // events on record and not in the views
  // All that was on record then is in the views; nullopt: that cannot be said now.
  std::optional<runtime::WallTime> whole_at;
};

// A partition whose views are in this process.
struct LocalPartition {
  std::uint32_t partition = 0;
  const projector::History* history = nullptr;
  std::function<Freshness()> freshness;  // any thread
};

// What the server asks of the rest of the process; all outlive it. `health` and `local_case` may be
// called on any thread.
struct ServerParts {
  std::vector<LocalPartition> partitions;  // ascending
  std::uint32_t partition_count = 1;       // of the whole log
  Peers* peers = nullptr;                  // where the others are; null: nowhere
  // What every request has to bear (RFC 6750 2.1); none: nothing. Where there is one, other nodes
  // are asking, and get what is for them alone.
  std::optional<runtime::SharedSecret> secret{};
  runtime::Workers* workers = nullptr;
  runtime::Clock* clock = nullptr;
  runtime::Metrics* metrics = nullptr;
  std::function<Health()> health;
  // How local parts of a domain are to be folded, so that history is found as it was written.
  std::function<schemas::LocalPartCase(const std::string& domain)> local_case;
};

class Server {
 public:
  virtual ~Server() = default;
  // The endpoint bound, also where port 0 was asked for.
  virtual runtime::Endpoint local() const = 0;
  // Stops accepting, ends open connections; returns when none is left. Any thread.
  virtual void stop() = 0;
};

// Starts on a thread of its own. `why` says what went wrong: an address that is not loopback is
// refused (Errc::invalid) unless who calls has to show a secret, over TLS.
runtime::Result<std::unique_ptr<Server>> start_server(const ServerSettings& settings,
                                                      ServerParts parts, std::string& why);

}  // namespace waybill::query
