// Event: the generated type under the house's name, and the few things every part asks of one.
#pragma once

#include <string>
#include <string_view>

#include "runtime/failure.h"
#include "runtime/time.h"
#include "schemas/event.pb.h"
#include "schemas/reply.h"

namespace waybill::schemas {

namespace pb = ::waybill::events::v1;
using Event = pb::Event;

inline runtime::WallTime wall_time(std::uint64_t nanoseconds) {
  return runtime::WallTime(std::chrono::nanoseconds(nanoseconds));
}
inline std::uint64_t nanoseconds(runtime::WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

// RFC 3339, UTC, nine digits: "2026-03-01T12:00:00.123456789Z".
inline constexpr std::size_t kRfc3339 = 30;  // octets
std::string rfc3339(runtime::WallTime time);
// The same at `at`, which has room for it; gives the place behind it.
char* write_rfc3339(runtime::WallTime time, char* at);
// RFC 3339 with any offset. What is finer than a nanosecond is cut off, a second 60 is the first
// moment of the next minute, and a time before 1677 or behind 2262, beyond what 64 bits of
// nanoseconds hold, is the nearest that they do. Errc::invalid otherwise.
runtime::Result<runtime::WallTime> parse_rfc3339(std::string_view text);

// The word of the event's kind (kind.h); "unknown" for a body from a newer writer.
std::string_view kind_of(const Event& event);

// An enhanced code that is none is left out, and the text is cleaned (reply.h): what a peer said is
// fit for the log.
void set_reply(pb::Reply& out, const Reply& reply);
Reply reply_of(const pb::Reply& reply);

// The key under which an event is ordered in the log: the alias; without one, the client's IP.
std::string_view log_key(const Event& event);

// The JSON of the API, and back. Ids are hyphenated UUIDs, other octets lower-case hex, times RFC
// 3339, enum values their lower-case last words ("next_hop"; a number where a newer writer's value
// has no word here), other numbers JSON numbers, absent fields absent. "kind" says kind_of(), and
// the body stands under that name. Every field of every body is carried, except doubles that are no
// finite number; what this reader does not know (a newer writer's fields) has no JSON.
//
// event_from_json: Errc::invalid on unknown or repeated names, wrong types, and an event without
// exactly one body; the words name the place: "accepted.targets[1].target: expected a string".
std::string to_json(const Event& event);
runtime::Explained<Event> event_from_json(std::string_view json);

}  // namespace waybill::schemas
