// Whether mail can leave this host: port 25 of the exchanges of a domain that the operator names,
// one of each family, as a relay would go there. Many networks close it towards the outside.
//
// Nothing is sent but QUIT. On request alone: it is a stranger's server. Where mail to the domain
// goes to a smarthost, that is asked in their place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/dns/next_hop.h"
#include "relay/forward/smarthost.h"
#include "relay/forward/sources.h"
#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

struct OutboundFacts {
  std::string domain;
  std::string no_way;  // why DNS leads nowhere; empty: it does
  struct Try {
    relay::dns::Candidate hop;
    std::optional<runtime::IpAddress> source;
    runtime::Result<std::string> greeting;  // its first line
  };
  std::vector<Try> tries;
};

struct OutboundWorld {
  runtime::dns::Resolver& resolver;
  runtime::Chance& chance;
  runtime::Dialer& dialer;
  const relay::forward::Sources& sources;
  std::uint16_t port = relay::dns::kSmtpPort;
  const relay::forward::Smarthost& smarthost = relay::forward::kNoSmarthost;
};

// Fills what is not yet in `facts`: the domain is there. All outlive the task.
runtime::Task<void> look_outbound(OutboundWorld world, OutboundFacts& facts,
                                  runtime::Instant deadline);

Findings judge_outbound(const OutboundFacts& facts);

}  // namespace waybill::tools::doctor
