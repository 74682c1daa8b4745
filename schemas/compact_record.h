// A record of the log without what the rest of it says already: the form that the archive keeps,
// and back, octet for octet.
//
//   07 | varint: which of the following hold, bit 0 first | journal, varint, if bit 18 is set |
//        node_seq, varint, if bit 7 is set | the numbers (compact_numbers.h) | the rest of the
//        event, serialised
//   0 to 6  those of the numbers that are there
//   7   the journal has appended node_seq behind the event; 18 the journal's id behind that
//       (record_identity.h)
//   left out are:
//   8   trace, of message_id and event_id
//   9   domain, the alias's
//   10  recipient of the body, the alias; 11 route, the alias
//   12  return_path_id of the body, the delivery_id
//   13  header_from: the sender in angle brackets at its end
//   14  originator_reason: the sender's domain at its end
//   15  authentication: a domain that is the sender's, and a reason's domain at its beginning
//   16  bounce_until: the time of the delivery_id
//   17  event_id, of occurred_at and salt (ids.h)
//   19  the delivery's id, of message_id and a number (ids.h)
//
// Any other octets (no event, one that this release cannot serialise as they are) stand as they
// are, behind an octet 06 where they begin with 06 or 07, with which no event can begin. Archives
// of earlier releases have such octets alone.
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/result.h"
#include "schemas/event.h"

namespace waybill::schemas {

// Appends the form of `record`, which is `event` serialised; the event is in pieces afterwards.
void append_compact(std::string_view record, Event& event, std::string& out);
// The form of octets that are no event.
void append_as_is(std::string_view record, std::string& out);

// Reads what append_compact() wrote. Errc::corrupt: it is no event.
runtime::Result<void> read_compact(std::string_view octets, Event& out);
// The record itself. Errc::corrupt: it cannot be read.
runtime::Result<std::string> record_of_compact(std::string_view octets);

}  // namespace waybill::schemas
