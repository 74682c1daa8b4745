// History: the read side of the views, plain structs in and out. Reads block (RocksDB): call it
// from workers; of a reader that does not (ViewStore::at_once) they end with Errc::would_block
// where they would. Any thread; the store outlives it.
//
// What may be read for people takes whose history they may see: what is outside of their sight
// counts as not there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/archive/archive_holes.h"
#include "projector/figures_sum.h"
#include "projector/positions.h"
#include "projector/rows/view_store.h"
#include "projector/views/counters_row.h"
#include "projector/views/events_asked.h"
#include "projector/views/spelling.h"
#include "projector/views/timeline_key.h"
#include "projector/views/timeline_row.h"
#include "runtime/mutex.h"
#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/event.h"
#include "schemas/ids.h"
#include "schemas/ordinal.h"
#include "schemas/principal.h"
#include "schemas/return_path.h"

namespace waybill::projector {

// An answer of this many lines is some 150 KiB of JSON. A line may name 100 targets: a page also
// ends with the line that fills so many octets of rows, which is three times that in JSON.
inline constexpr std::size_t kMaxPage = 500;
inline constexpr std::size_t kMaxPageOctets = 512 << 10;

// A question for rare kinds reads at most this many rows for one page, some milliseconds' worth;
// the page then holds what was found so far, perhaps nothing, and `next` goes on from there.
inline constexpr std::size_t kMaxRowsRead = 20'000;

// A question about one spelling of many reads at most this many events of the others for one page,
// some 10 ms' worth; it goes on like a question for rare kinds.
inline constexpr std::size_t kMaxEventsRead = 1'000;

// A place in a timeline: the row that the next page comes after. Opaque to clients.
struct TimelineCursor {
  runtime::WallTime time;
  schemas::EventIndex index;
};

// How far a reader of tries has come: the latest hour (since 1970) it has seen, and the first index
// that it has not.
struct TriesPlace {
  std::uint64_t hour = 0;
  schemas::EventIndex index;
  friend bool operator==(const TriesPlace&, const TriesPlace&) = default;
};

struct TriesPage {
  std::vector<schemas::Event> events;  // in the order of the log
  TriesPlace next;
  bool more = false;  // there are, behind it
};

struct HistoryQuestion {
  std::string
      address;  // normalised text; a target with or without its port; a client's of RFC 5952
  Role role = Role::alias;
  Spellings spellings{};  // of a sender or a target that are meant; others are as they are written
  std::optional<runtime::WallTime> from;  // inclusive
  std::optional<runtime::WallTime> to;    // exclusive
  std::vector<std::string> kinds;         // words of schemas/kind.h; empty: all
  std::size_t limit = 50;                 // 1..kMaxPage
  std::optional<TimelineCursor> after;
};

struct Page {
  std::vector<TimelineEntry> entries;
  std::optional<TimelineCursor> next;  // nullopt: this was the last page
};

// What became of one delivery. States: "accepted" (no outcome yet), "forwarded", "rejected",
// "deferred", "dropped", "in_doubt", "not_understood", "bounced", "delivered".
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

// Whole events in one answer: the first bound that is met ends it, after one event at least. An
// event is some 500 octets and 2 KiB at most; in JSON it is three times that.
inline constexpr std::size_t kMaxEvents = 500;
inline constexpr std::size_t kMaxEventOctets = 512 << 10;

struct MessageEvents {
  std::string message_id;
  std::vector<schemas::Event> events;        // oldest first
  std::vector<schemas::EventIndex> indexes;  // of the events, one each
  std::optional<schemas::EventIndex> next;   // more than fits: the first event that is left out
};

// Where a page of messages begins: at that event of the message, or at the next one of it.
struct MessagesStart {
  schemas::MessageId message;
  schemas::EventIndex index;
};

struct MessagesPage {
  std::vector<MessageEvents> messages;
  std::optional<MessagesStart> next;  // nullopt: this was the last page
};

// Counters of one domain in one hour.
struct HourCounters {
  runtime::WallTime hour;  // its beginning
  Counts counts{};
};

// Events of mail that all conditions are true of, of which one at least leads to them.
struct EventsQuestion {
  EventsWanted wanted;
  std::size_t limit = 50;  // 1..kMaxPage
  std::optional<schemas::EventIndex> before;
};

// In the order of the log, newest first: times may jump.
struct EventsPage {
  std::vector<TimelineEntry> entries;
  schemas::EventIndex begun;                // the page is of events before it
  std::optional<schemas::EventIndex> next;  // goes on before it; nullopt: this was the last page
};

// Terms of all conditions together that are followed, and domains that are listed.
inline constexpr std::size_t kMaxTermsAsked = 256;
// Of a limited sight: the terms that cut what it reads; all others are looked for in its events.
inline constexpr std::size_t kMaxTermsCutting = 16;
// Rows of terms that are read for one page, some milliseconds' worth; it goes on like a question
// for rare kinds.
inline constexpr std::size_t kMaxTermRows = 20'000;

// Which of the records of who asked: what is empty is not asked for.
struct AccessQuestion {
  std::string subject{};    // what was looked at, as the record has it
  std::string principal{};  // who looked, as the record has it
  std::size_t limit = 50;
  std::optional<schemas::EventIndex> before{};  // older than that one
};

struct AccessPage {
  std::vector<schemas::Event> events;       // newest first
  std::optional<schemas::EventIndex> next;  // older ones: ask for those before it
};

class History {
 public:
  explicit History(const ViewReader& store) : store_(store) {}

  // Events that are lost: no answer has them.
  runtime::Result<ArchiveHoles> holes() const { return read_holes(store_); }

  // Read before the rows of an answer, so that the answer is at least this fresh. Errc::temporary
  // while the views are being rebuilt: what they say then is not the whole.
  runtime::Result<Progress> progress() const;

  // Both of them, where each answer is told how fresh it is and what is lost: one scan, and one
  // look-up.
  struct Standing {
    Progress progress;
    ArchiveHoles holes;
  };
  using Stands = std::shared_ptr<const Standing>;
  runtime::Result<Stands> standing() const;

  // One seek and one scan; of all but an alias also one look-up for each line, and for each event
  // of a spelling that is not meant. An address without history gives an empty page.
  // Errc::invalid for a limit that is not 1..kMaxPage.
  runtime::Result<Page> timeline(const HistoryQuestion& question,
                                 const schemas::Sight& sight) const;

  // Errc::not_found.
  runtime::Result<Delivery> delivery(const schemas::DeliveryId& id,
                                     const schemas::Sight& sight) const;
  // The message's events from `from` on. Errc::not_found.
  runtime::Result<MessageEvents> message(const schemas::MessageId& id, const schemas::Sight& sight,
                                         schemas::EventIndex from = {}) const;
  runtime::Result<schemas::ReturnPath> return_path(const schemas::DeliveryId& id) const;

  // The events since `from` that a retry of a mail goes on from, oldest first, the newest `most`:
  // Deferred, InDoubt, and Forwarded of messages with several deliveries.
  runtime::Result<std::vector<schemas::Event>> tries(runtime::WallTime from,
                                                     std::size_t most) const;

  // The same as they come into the log: those from `place` on, at most `most` of them. Events whose
  // time is more than an hour before the place's are not seen; a clock that is ahead of `now` does
  // not move the place.
  runtime::Result<TriesPage> tries_behind(TriesPlace place, runtime::WallTime now,
                                          std::size_t most) const;

  // Messages that bore this RFC 5322 Message-ID (given with or without angle brackets), newest
  // first, at most `limit`. Message-IDs are not unique: anyone can write one twice.
  runtime::Result<MessagesPage> by_rfc5322_message_id(
      std::string_view message_id, std::size_t limit, const schemas::Sight& sight,
      const std::optional<MessagesStart>& from = std::nullopt) const;

  // Events by what they say. A page may have fewer lines than it had room for, and go on: it reads
  // at most kMaxTermRows rows and kMaxEventsRead events. A limited sight reads of its own domains.
  // Errc::invalid: no condition leads to events, or a limit that is not 1..kMaxPage.
  // Errc::limit_exceeded: more than kMaxTermsAsked terms.
  runtime::Result<EventsPage> events(const EventsQuestion& question,
                                     const schemas::Sight& sight) const;

  // Aliases of the domain that begin so, in any case, and had mail, in their order: at most
  // `limit`.
  runtime::Result<std::vector<std::string>> aliases(std::string_view domain,
                                                    std::string_view beginning, std::size_t limit,
                                                    const schemas::Sight& sight) const;
  // Domains of ours that had mail and are in sight. Errc::limit_exceeded: more than kMaxTermsAsked.
  runtime::Result<std::vector<std::string>> domains(const schemas::Sight& sight) const;

  // Hours with anything in them, ascending, from <= hour < to.
  runtime::Result<std::vector<HourCounters>> counters(std::string_view domain,
                                                      runtime::WallTime from, runtime::WallTime to,
                                                      const schemas::Sight& sight) const;

  // Counts by name over the span. A domain without rows, or out of sight, adds nothing.
  // Errc::limit_exceeded: it takes more than kMaxFigureRows.
  runtime::Result<FiguresSum> figures(const FiguresQuestion& question,
                                      const schemas::Sight& sight) const;

  // Who asked for what, newest first. `question.limit` is 1..kMaxPage (Errc::invalid). A limited
  // sight sees what was asked of its domains.
  runtime::Result<AccessPage> accesses(const AccessQuestion& question,
                                       const schemas::Sight& sight) const;

  // The newest control event of each thing of this subject ("token"), by its id.
  runtime::Result<std::vector<schemas::Event>> control(std::string_view subject) const;

 private:
  runtime::Result<Standing> read_standing() const;

  const ViewReader& store_;
  // What the last answer was told, as long as the store is the same.
  mutable runtime::Mutex mutex_;
  mutable Stands stands_ WAYBILL_GUARDED_BY(mutex_);
  mutable std::uint64_t stands_at_ WAYBILL_GUARDED_BY(mutex_) = 0;
};

}  // namespace waybill::projector
