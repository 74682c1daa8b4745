// Lane: what the sessions of one I/O thread share. Everything in it outlives them.
#pragma once

#include "ingest/recorder.h"
#include "relay/door/client_look.h"
#include "relay/door/greylist.h"
#include "relay/door/rates.h"
#include "relay/forward/handover.h"
#include "relay/message/spool.h"
#include "relay/patience.h"
#include "relay/plan/loans.h"
#include "relay/plan/tries.h"
#include "relay/relay_metrics.h"
#include "relay/returnpath/directory.h"
#include "relay/returnpath/key_ring.h"
#include "relay/returnpath/turns.h"
#include "relay/routes/current_routes.h"
#include "relay/settings.h"
#include "relay/spam/spam_filter.h"
#include "relay/trust/dkim/signing_keys.h"
#include "runtime/chance.h"
#include "runtime/permits.h"
#include "runtime/scope.h"
#include "runtime/time.h"
#include "runtime/tls_connection.h"

namespace waybill::relay {

struct Lane {
  const Settings& settings;
  runtime::Clock& clock;
  runtime::Chance& chance;
  ingest::Recorder& recorder;
  routes::CurrentRoutes& routes;
  forward::HandoverParts forward;
  message::SpoolSettings spool;
  RelayMetrics& metrics;
  returnpath::CurrentKeys& keys;
  const trust::dkim::CurrentSigningKeys& signing;
  returnpath::ReturnPathDirectory& return_paths;
  returnpath::Turns& turns;
  plan::Tries& tries;
  plan::Loans& loans;
  // What goes on behind a reply runs here, kMostNotices at a time.
  runtime::Scope& scope;
  runtime::Permits& notices;
  Patience& patience;
  door::Rates& rates;
  door::Greylist& greylist;
  door::ListHealth& list_health;
  spam::SpamFilter* spam_filter = nullptr;  // nullptr: nobody is asked
  const runtime::TlsServer& tls;            // of the server's side
  std::uint32_t partitions = 1;             // of the log; a return path names the one of its alias
};

}  // namespace waybill::relay
