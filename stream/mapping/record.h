// Record: an event as a sink sends it: rendered once, and the same octets at every attempt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/time.h"

namespace waybill::stream {

// How much an operator should care, for those transports that have a place for it. The numbers are
// those of RFC 5424 6.2.1.
enum class Severity : std::uint8_t { error = 3, warning = 4, notice = 5, informational = 6 };

struct Record {
  std::string id;          // event_id: by it a receiver knows a repeat
  std::string_view kind;   // word of schemas/kind.h
  runtime::WallTime time;  // the event's
  Severity severity = Severity::informational;
  std::string body;  // in the sink's format, UTF-8, without a newline at its end
};

}  // namespace waybill::stream
