// The transport to Splunk's HTTP Event Collector: /services/collector/event.
//
// Whether a token acknowledges is found out from its answers. If it does, what send() gave is
// `open` until confirm() hears that it is indexed (Grade::stored): an acknowledgement is told once
// and then forgotten, so one whose answer was lost never comes, and after `ack_patience` the
// records are to be sent again. If it does not, an answer confirms (Grade::taken, which also stands
// before the first answer).
//
// The channel is a GUID, new for each transport and after each loss: a receiver that was restarted
// counts acknowledgements from 0 again.
#pragma once

#include <memory>
#include <string>

#include "runtime/chance.h"
#include "stream/transport/http_way.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct HecSettings {
  // The URL is that of the collector's root; a proxy's path may stand behind the host.
  HttpWaySettings way{};
  std::string token{};
  // Of each event; empty: the token's own.
  std::string index{};
  std::string host{};
  std::string source{"waybill"};
  std::string sourcetype{"waybill:event"};
  // Whether a record stands in the request as the JSON that it is, or as a text (CEF, LEEF).
  enum class Body : std::uint8_t { json, text };
  Body body = Body::json;
  // The collector indexes a small batch after minutes only.
  runtime::Duration ack_patience = std::chrono::seconds(300);
  runtime::Duration first_poll = std::chrono::milliseconds(250);  // doubled up to 10 s
  // Octets: collectors of old take a megabyte.
  BatchBounds bounds{.octets = 1'000'000};
};

// Errors as HttpWay::make().
runtime::Explained<std::unique_ptr<Transport>> make_hec(HecSettings settings,
                                                        const runtime::Clock& clock,
                                                        runtime::Chance& chance);

}  // namespace waybill::stream
