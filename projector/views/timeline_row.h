// Rows of the timeline: one event as one line of history.
//
// A row of an alias is whole enough that a page needs no other look-up:
//
//   octet   kind: the number of the event's body in event.proto
//   varint  which of the following are there, bit 0 first
//   0 alias, 1 target, 2 sender                 strings; an empty sender is the null one
//   3 message id, 4 delivery id                  10 octets each; then a time of each, varints
//   14 a delivery of the message (schemas/ids.h) varint, its number, in place of 4
//   5 stage and verdict                          one octet each, as in event.proto
//   6 rule                                       string
//   7 bounce class                               one octet, as in event.proto
//   8 status, 9 diagnostic                       strings
//   10 size                                      varint
//   11 reply                                     varint code, string enhanced, string text
//   12 RFC 5322 Message-ID                       string
//   13 the delivery that the message reports on  16 octets
//
// An id begins with its time in ms (RFC 9562 5.7), which is near the event's: the row has how far
// it lies before that, the delivery's how far before the message's, each as a zigzag varint. What
// the rows of one message have in common comes first, in one piece, for the sake of those who
// compress them. Index and time are in the key. A row of a usual delivery has 100 to 200 octets.
//
// A row of a sender, a target or a client is its first octet, the kind: the rest is in the archive,
// under the index that the key has.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "projector/views/spelling.h"
#include "projector/views/timeline_key.h"
#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/event.h"
#include "schemas/kind.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// What a peer says may be long; a line of a table shows its beginning, the delivery has the whole.
inline constexpr std::size_t kMaxTextInRow = 256;

// What the texts of lines point into: rows, and ids as text. A page has one for all of its lines,
// so that none of its texts takes memory of its own. One thread adds to it; who only reads a line
// may be any.
class LineTexts {
 public:
  std::string_view keep(std::string_view text);
  // Hyphenated; `octets` are kIdOctets.
  std::string_view keep_uuid(std::string_view octets);

 private:
  char* room(std::size_t octets) {
    return static_cast<char*>(memory_.allocate(octets, alignof(char)));
  }

  // A page of 50 usual rows, with their ids as text, lies in one or two pieces.
  static constexpr std::size_t kFirstPiece = 8 << 10;
  std::pmr::monotonic_buffer_resource memory_{kFirstPiece};
};

// That of a line lives as long as the line; lines are equal whatever keeps their texts.
struct KeptTexts {
  std::shared_ptr<LineTexts> texts;
  friend bool operator==(const KeptTexts&, const KeptTexts&) { return true; }
};

inline KeptTexts keep_texts() { return {std::make_shared<LineTexts>()}; }

struct LineReply {
  int code = 0;  // 0: none
  std::string_view enhanced;
  std::string_view text;  // cut at kMaxTextInRow octets
  friend bool operator==(const LineReply&, const LineReply&) = default;
};

// One line of a timeline, as much as a table of history needs. Newest first.
struct TimelineEntry {
  KeptTexts kept;
  schemas::EventIndex index;
  runtime::WallTime occurred_at;
  std::string_view kind;
  std::string_view alias;
  std::optional<std::string_view> sender;  // empty: null sender; nullopt: not known
  std::string_view target;                 // several chosen targets of an Accepted: joined by ", "
  std::string_view message_id;             // hyphenated UUID or empty
  std::string_view delivery_id;            // the same
  std::string_view by;                     // "policy", "next_hop", "relay" or empty
  std::string_view rule;
  std::string_view stage;
  LineReply reply;
  std::uint64_t size = 0;               // Accepted only
  std::string_view rfc5322_message_id;  // Accepted only
  std::string_view bounce_class;        // Bounced only, as the two below
  std::string_view status;              // RFC 3464 2.3.4
  std::string_view diagnostic;          // RFC 3464 2.3.6, cut at kMaxTextInRow octets
  // Where the message is a report: the delivery it speaks of; else empty.
  std::string_view reported_delivery_id;

  friend bool operator==(const TimelineEntry&, const TimelineEntry&) = default;
};

// Appends the alias's row of `event` to `out`.
void append_alias_row(const schemas::Event& event, std::string& out);
// The row of any other address.
void append_pointer_row(const schemas::Event& event, std::string& out);

// Of an alias's row, whose texts are kept there. Errc::corrupt, also for a row of a kind that is
// not known here: what a newer writer's rows hold is its own business.
runtime::Result<TimelineEntry> read_alias_row(TimelinePlace place, std::string_view row,
                                              const KeptTexts& kept);

// The line of an event of the archive, as the address sees it, which has no port: of an Accepted a
// target sees what went to it, others all of it. nullopt: the address took no part in it.
std::optional<TimelineEntry> timeline_entry(const schemas::Event& event, schemas::EventIndex index,
                                            Role role, const Sought& address,
                                            const KeptTexts& kept);

// The line of an event that nobody in particular looks at: of an Accepted all of it. nullopt: it is
// of no kind that is known here.
std::optional<TimelineEntry> line_of(const schemas::Event& event, schemas::EventIndex index,
                                     const KeptTexts& kept);

// Whether it did: the line of the event would be in its timeline.
bool took_part(const schemas::Event& event, Role role, const Sought& address);

// The kind of the row's event, without reading the rest; nullptr for one from a newer writer, and
// for a row without an octet.
const schemas::KindTraits* kind_of_row(std::string_view row);

}  // namespace waybill::projector
