// Lane: what the sessions of one I/O thread share. Everything in it outlives them.
#pragma once

#include "ingest/recorder.h"
#include "relay/forward/handover.h"
#include "relay/message/spool.h"
#include "relay/relay_metrics.h"
#include "relay/routes/current_routes.h"
#include "relay/settings.h"
#include "runtime/chance.h"
#include "runtime/clock.h"

namespace waybill::relay {

struct Lane {
  const Settings& settings;
  runtime::Clock& clock;
  runtime::Chance& chance;
  ingest::Recorder& recorder;
  routes::CurrentRoutes& routes;
  forward::Parts forward;
  message::SpoolSettings spool;
  RelayMetrics& metrics;
};

}  // namespace waybill::relay
