// RelayRole: the relay of this process: I/O threads with their lanes, listeners, admission.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/roles/doors.h"
#include "ingest/event_appender.h"
#include "relay/door/greylist.h"
#include "relay/forward/hop_tls.h"
#include "relay/forward/login.h"
#include "relay/plan/loans.h"
#include "relay/plan/tries.h"
#include "relay/returnpath/directory.h"
#include "relay/returnpath/key_ring.h"
#include "relay/routes/current_routes.h"
#include "relay/trust/dkim/signing_keys.h"
#include "runtime/failure.h"
#include "runtime/metrics.h"

namespace waybill::app {

class RelayRole {
 public:
  virtual ~RelayRole() = default;
  // Where it listens, also where port 0 was asked for.
  struct Listening {
    runtime::Endpoint at;
    bool tls = false;  // from the first octet on
  };
  virtual std::vector<Listening> listening() const = 0;
  // Takes no more sessions and waits for those that owe a reply, at most `grace`. True if all
  // ended.
  virtual bool stop(std::chrono::seconds grace) = 0;
};

// What the relay is given of the rest of the process; all outlive it.
struct RelayWorld {
  ingest::EventAppender& log;
  relay::routes::CurrentRoutes& routes;
  relay::returnpath::CurrentKeys& keys;
  const relay::trust::dkim::CurrentSigningKeys& signing;
  relay::returnpath::ReturnPathDirectory& return_paths;
  relay::plan::Tries& tries;
  relay::plan::Loans& loans;
  relay::door::Greylist& greylist;
  const runtime::TlsServer& tls;
  const relay::forward::HopTls& hop_tls;
  const relay::forward::CurrentLogins& logins;
  runtime::Metrics& metrics;
};

// Sessions that are served at once where `descriptors` may be open: `wanted`, or as many as leave a
// session what it needs (its own connection, a next hop's, a spool file, DNS) and the rest of the
// process its reserve (files of journal and views, HTTP). 0: too few for any.
std::uint32_t sessions_within(std::uint32_t wanted, std::uint64_t descriptors);

// Listens at the doors and serves at once.
runtime::Explained<std::unique_ptr<RelayRole>> start_relay(const Config& config,
                                                           std::vector<Door> doors,
                                                           RelayWorld world);

}  // namespace waybill::app
