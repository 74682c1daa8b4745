// History: the read side of the views, plain structs in and out. Reads block (RocksDB): call it
// from workers. Any thread; the store outlives it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/key_codec.h"
#include "projector/projector.h"
#include "projector/view_store.h"
#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/event.h"
#include "schemas/ids.h"

namespace waybill::projector {

// An answer of this many lines is some 150 KiB of JSON.
inline constexpr std::size_t kMaxPage = 500;

// A question for rare kinds reads at most this many rows for one page, some milliseconds' worth;
// the page then holds what was found so far, perhaps nothing, and `next` goes on from there.
inline constexpr std::size_t kMaxRowsRead = 20'000;

// A place in a timeline: the row that the next page comes after. Opaque to clients.
struct TimelineCursor {
  runtime::WallTime time;
  std::uint64_t index = 0;
};

struct HistoryQuestion {
  std::string address;  // normalised text; a target with or without its port
  Role role = Role::alias;
  std::optional<runtime::WallTime> from;  // inclusive
  std::optional<runtime::WallTime> to;    // exclusive
  std::vector<std::string> kinds;         // words of schemas/kind.h; empty: all
  std::size_t limit = 50;                 // 1..kMaxPage
  std::optional<TimelineCursor> after;
};

// One line of a timeline, as much as a table of history needs. Newest first.
struct TimelineEntry {
  std::uint64_t index = 0;
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

struct Page {
  std::vector<TimelineEntry> entries;
  std::optional<TimelineCursor> next;  // nullopt: this was the last page
};

// What became of one delivery. States: "accepted" (no outcome yet), "forwarded", "rejected",
// "deferred", "dropped", "in_doubt", "bounced", "delivered".
struct Delivery {
  std::string delivery_id;
  std::string message_id;
  std::string state;
  std::string alias;
  std::string domain;
  std::optional<std::string> sender;
  std::string target;
  runtime::WallTime accepted_at{};     // 1970: the acceptance is not in this log
  runtime::WallTime changed_at{};      // when it came to `state`
  std::vector<schemas::Event> events;  // oldest first, whole
};

// A return path: where a report on one delivery goes, and which reports came (views/
// return_paths.h). Times in ns since 1970.
struct ReturnPath {
  std::string message_id;  // 16 octets
  std::string alias;
  std::string domain;
  std::string sender;  // who is told; empty: the null sender, nobody
  std::string target;
  std::string route;
  bool verified = false;  // the originator was (I6)
  std::string reason;     // of that
  bool smtputf8 = false;
  std::string ret, envid, notify, orcpt;  // RFC 3461, as given
  std::string rfc5322_message_id;
  std::string header_from;
  std::uint64_t accepted_at = 0;

  struct Report {
    enum class State : std::uint8_t { open, done };
    std::string message_id;     // 16 octets: of the report
    std::string digest;         // SHA-256 of the report, 32 octets
    State state = State::open;  // done: nothing is left to be handed on
  };
  std::vector<Report> reports;  // oldest first
};

struct MessageEvents {
  std::string message_id;
  std::vector<schemas::Event> events;  // oldest first
};

// Counters of one domain in one hour.
enum class Count : std::uint8_t {
  accepted,
  forwarded,
  rejected_by_policy,
  rejected_by_next_hop,
  deferred,
  dropped,
  bounced,
  in_doubt,
  octets,  // of accepted messages
};
inline constexpr std::size_t kCounts = 9;
// "accepted", "rejected_by_policy", ...
std::string_view name_of(Count count);

struct HourCounters {
  runtime::WallTime hour;  // its beginning
  std::array<std::uint64_t, kCounts> counts{};
};

class History {
 public:
  explicit History(const ViewStore& store) : store_(store) {}

  // Read before the rows of an answer, so that the answer is at least this fresh. Errc::temporary
  // while the views are being rebuilt: what they say then is not the whole.
  runtime::Result<Progress> progress() const;

  // One seek and one scan. An address without history gives an empty page. Errc::invalid for a
  // limit that is not 1..kMaxPage.
  runtime::Result<Page> timeline(const HistoryQuestion& question) const;

  // Errc::not_found.
  runtime::Result<Delivery> delivery(const schemas::DeliveryId& id) const;
  runtime::Result<MessageEvents> message(const schemas::MessageId& id) const;
  runtime::Result<ReturnPath> return_path(const schemas::DeliveryId& id) const;

  // Messages that bore this RFC 5322 Message-ID (given with or without angle brackets), newest
  // first, at most `limit`. Message-IDs are not unique: anyone can write one twice.
  runtime::Result<std::vector<MessageEvents>> by_rfc5322_message_id(std::string_view message_id,
                                                                    std::size_t limit) const;

  // Hours with anything in them, ascending, from <= hour < to.
  runtime::Result<std::vector<HourCounters>> counters(std::string_view domain,
                                                      runtime::WallTime from,
                                                      runtime::WallTime to) const;

 private:
  const ViewStore& store_;
};

}  // namespace waybill::projector
