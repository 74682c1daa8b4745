// The transport of logs by OTLP/HTTP, in JSON: POST URL/v1/logs.
//
// A record is a LogRecord: its body is the record's as a string, its eventName the type of the
// event (schemas/kind.h), its attribute waybill.event.id the id, its time the event's.
// observedTimeUnixNano is left out: it would differ at a repeat. Grade::taken. A receiver that
// refuses some records of a request does not say which (Outcome::unnamed_refusals).
#pragma once

#include <memory>
#include <string>

#include "stream/transport/http_way.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct OtlpSettings {
  HttpWaySettings way{};  // the URL is what /v1/logs is added to
  std::string service_name = "waybill";
  std::string host_name{};  // resource attribute host.name; empty: none
  // The Collector takes 20 MiB unpacked, and answers more with 400 instead of 413.
  BatchBounds bounds{};
};

// Errors as HttpWay::make().
runtime::Explained<std::unique_ptr<Transport>> make_otlp(OtlpSettings settings,
                                                         const runtime::Clock& clock);

}  // namespace waybill::stream
