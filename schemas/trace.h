// The trace context of an event (W3C Trace Context, traceparent): a message is a trace, each of its
// events a span. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::schemas {

// "00-<message_id>-<the random half of event_id>-01". Ids of 16 octets, as a trace id has them
// too; of an event without a message: empty.
std::string trace_of(std::string_view message_id, std::string_view event_id);
// Whether it is that; false where it would be empty.
bool is_trace_of(std::string_view trace, std::string_view message_id, std::string_view event_id);

}  // namespace waybill::schemas
