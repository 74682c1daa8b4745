// Rows of the timeline: one event as one line of history, whole enough that a page needs no other
// look-up.
//
//   octet   kind: the number of the event's body in event.proto
//   varint  which of the following are there, bit 0 first
//   0 alias, 1 sender, 2 target                  strings; an empty sender is the null one
//   3 message id, 4 delivery id                  16 octets each
//   5 stage and verdict                          one octet each, as in event.proto
//   6 rule                                       string
//   7 reply                                      varint code, string enhanced, string text
//   8 size                                       varint
//   9 RFC 5322 Message-ID                        string
//   10 bounce class                              one octet, as in event.proto
//   11 status, 12 diagnostic                     strings
//   13 the delivery that the message reports on  16 octets
//
// Index and time are in the key. A row of a usual delivery has 120 to 220 octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/event.h"
#include "schemas/kind.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// What a peer says may be long; a line of a table shows its beginning, the delivery has the whole.
inline constexpr std::size_t kMaxTextInRow = 256;

// One line of a timeline, as much as a table of history needs. Newest first.
struct TimelineEntry {
  schemas::EventIndex index;
  runtime::WallTime occurred_at;
  std::string kind;
  std::string alias;
  std::optional<std::string> sender;  // empty: null sender; nullopt: not known
  std::string target;                 // several chosen targets of an Accepted: joined by ", "
  std::string message_id;             // hyphenated UUID or empty
  std::string delivery_id;            // the same
  std::string by;                     // "policy", "next_hop", "relay" or empty
  std::string rule;
  std::string stage;
  schemas::Reply reply;            // code 0: none; the text cut at kMaxTextInRow octets
  std::uint64_t size = 0;          // Accepted only
  std::string rfc5322_message_id;  // Accepted only
  std::string bounce_class;        // Bounced only, as the two below
  std::string status;              // RFC 3464 2.3.4
  std::string diagnostic;          // RFC 3464 2.3.6, cut at kMaxTextInRow octets
  // Where the message is a report: the delivery it speaks of; else empty.
  std::string reported_delivery_id;
};

// Appends the row of `event` to `out`. `target` and `delivery_id` (16 octets or empty) are the
// row's own: an Accepted with several targets has a row for each.
void append_timeline_row(const schemas::Event& event, std::string_view target,
                         std::string_view delivery_id, std::string& out);

// Errc::corrupt, also for a row of a kind that is not known here: what a newer writer's rows hold
// is its own business.
runtime::Result<TimelineEntry> read_timeline_row(std::string_view key, std::string_view row);

// The kind of the row's event, without reading the rest; nullptr for one from a newer writer, and
// for a row without an octet.
const schemas::KindTraits* kind_of_row(std::string_view row);

// Where the event went or would have gone; empty where it names no single target.
std::string_view target_of(const schemas::Event& event);

}  // namespace waybill::projector
