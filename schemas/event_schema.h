// What the JSON of an event looks like (event_text.h), as JSON Schema (2020-12): from event.proto
// itself, so that a field added there stands here too.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace waybill::schemas {

// A schema for each message and each list of words of event.proto, by name: "Event" for Event,
// "EventReply" for Reply, "EventStage" for Stage; "EventKind" is of the kinds.
// They name each other below `at`, such as "#/components/schemas/". All members may be absent but
// an event's kind, id and time; an unknown one is to be skipped.
boost::json::object event_schemas(std::string_view at);

}  // namespace waybill::schemas
