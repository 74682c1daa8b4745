// What is left out of an event because the rest of it says so, and put back. The archive does it
// (compact_record.h), and records on their way to Kafka (lean_record.h); docs/events.md tells other
// readers.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>

#include "schemas/event.h"

namespace waybill::schemas {

// Bits that say what is left out. Those below, 18 to 20 and 23 are of the archive alone.
enum LeftOut : std::uint64_t {
  kTrace = 1 << 8,            // of message_id and event_id
  kDomain = 1 << 9,           // the alias's
  kRecipient = 1 << 10,       // of the body: the alias
  kRoute = 1 << 11,           // the alias
  kReturnPath = 1 << 12,      // return_path_id of the body: the delivery_id
  kHeaderFrom = 1 << 13,      // the sender in angle brackets at its end
  kReason = 1 << 14,          // originator_reason: the sender's domain at its end
  kAuthentication = 1 << 15,  // a domain that is the sender's; a reason's domain at its beginning
  kBounceUntil = 1 << 16,     // the time of the delivery_id
  kIdOfSalt = 1 << 17,        // event_id, of occurred_at and salt (ids.h)
  kFirstDelivery = 1 << 21,   // delivery_id, the first of message_id (ids.h)
  kFirstChosen = 1 << 22,     // that of an acceptance's first target, the same
};
inline constexpr std::uint64_t kLeftOutForLog =
    kTrace | kDomain | kRecipient | kRoute | kReturnPath | kHeaderFrom | kReason | kAuthentication |
    kBounceUntil | kIdOfSalt | kFirstDelivery | kFirstChosen;

// Of bits 8 to 16; gives those of what was there.
std::uint64_t leave_out(Event& event);
// False: no leave_out() left this out of such an event.
bool put_back(Event& event, std::uint64_t left_out);

// Of all of them.
std::uint64_t leave_out_for_log(Event& event);
bool put_back_for_log(Event& event, std::uint64_t left_out);
// The bits 21 and 22 alone: what put_back() reads.
bool put_back_first(Event& event, std::uint64_t left_out);

}  // namespace waybill::schemas
