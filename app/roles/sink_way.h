// The transport and the mapping of a sink, as its configuration has them. Reads files (secrets,
// certificates, keys) and opens no connection.
#pragma once

#include <memory>

#include "app/config/config.h"
#include "runtime/chance.h"
#include "runtime/clock.h"
#include "stream/mapping/mapping.h"
#include "stream/transport/transport.h"

namespace waybill::app {

struct SinkWay {
  std::unique_ptr<stream::Transport> transport;
  std::unique_ptr<stream::Mapping> mapping;
};

// The words name the sink and what is wrong. Clock and chance outlive it.
runtime::Explained<SinkWay> make_sink_way(const SinkConfig& sink, const Config& config,
                                          const runtime::Clock& clock, runtime::Chance& chance);

}  // namespace waybill::app
