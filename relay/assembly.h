// assemble: the relay of one I/O thread, out of the world that it is given. Real processes and the
// simulation are wired here and nowhere else; each thing is given by its name.
//
// Everything in LaneWorld outlives the lane. On the executor's thread: making it, all its calls,
// and its end. It ends so: door.stop(), host.stop(), scope joined, pool.clear(), then the
// lane may go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "relay/lane.h"
#include "relay/policy/limits.h"
#include "relay/proxy_door.h"
#include "relay/session_host.h"
#include "runtime/dialer.h"
#include "runtime/dns/resolver.h"
#include "runtime/scope.h"

namespace waybill::relay {

struct LaneWorld {
  runtime::Executor executor;
  runtime::Clock& clock;
  runtime::Chance& chance;
  runtime::Dialer& dialer;
  runtime::dns::Resolver& resolver;
  ingest::EventAppender& log;
  std::string node;  // as events name it
  const Settings& settings;
  routes::CurrentRoutes& routes;
  returnpath::CurrentKeys& keys;
  const trust::dkim::CurrentSigningKeys& signing;
  returnpath::ReturnPathDirectory& return_paths;
  // One for all lanes of a process, as are those below.
  returnpath::Turns& turns;
  plan::Tries& tries;
  plan::Loans& loans;
  Admission& admission;
  forward::HopBudget& hop_budget;
  forward::ClientBudget& client_budget;
  forward::ProviderRates& provider_rates;
  RelayMetrics& metrics;
  runtime::Workers& spool_workers;
  runtime::Permits& spool_octets;
  runtime::Permits& message_memory;  // octets
  Patience& patience;
  door::Rates& rates;
  door::Greylist& greylist;
  const runtime::TlsServer& tls;
  const forward::HopTls& hop_tls;
  const dns::Ourselves& ourselves;
  const forward::CurrentLogins& logins = forward::kNoLogins;
  spam::SpamFilter* spam_filter = nullptr;  // of the lane; nullptr: nobody is asked
  std::uint32_t partitions = 1;             // of the log
};

struct AssembledLane {
  explicit AssembledLane(const LaneWorld& world);

  runtime::Scope scope;  // the sessions', the pool's and the notices'
  runtime::Permits notices{kMostNotices};
  ingest::Recorder recorder;
  forward::HopPool pool;
  door::ListHealth list_health;
  Lane lane;
  SessionHost host;
  ProxyDoor door;  // connections come in here
};

std::unique_ptr<AssembledLane> assemble(const LaneWorld& world);

}  // namespace waybill::relay
