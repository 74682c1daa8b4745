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
//   8 to 17, 21, 22  those of left_out.h
//   19  the delivery's id, of message_id and a number (ids.h)
//   20  the log had it without what the other bits of left_out.h name (lean_record.h)
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
