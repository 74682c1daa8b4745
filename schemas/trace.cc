#include "schemas/trace.h"

#include "runtime/check.h"
#include "runtime/hex.h"
#include "schemas/ids.h"

namespace waybill::schemas {

std::string trace_of(std::string_view message_id, std::string_view event_id) {
  runtime::check(event_id.size() == EventId::kOctets, "an event id is 16 octets");
  if (message_id.size() != MessageId::kOctets) return {};
  std::string trace = "00-";
  trace.append(runtime::hex(message_id)).append(1, '-');
  trace.append(runtime::hex(event_id.substr(8))).append("-01");
  return trace;
}

}  // namespace waybill::schemas
