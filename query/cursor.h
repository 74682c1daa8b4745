// Cursors: where the next page of an answer begins, as text that clients carry and do not read.
//
// Base64url of: version (1 octet), the place, the beginning of the SHA-256 of the question (4), and
// of all that (4), so that one that was cut, mistyped or damaged is refused. A place in a history
// is the time of its last row in ns (8, big-endian), its partition (4) and index (8); of messages
// a message id (16) instead of the time; of records of who asked an index alone; of events a
// partition's number and an index, varints, for each partition.
// A cursor is good for the question that it was given with, whatever the page size; with another
// one it would give a page that answers neither, so it is refused. It is not signed: a made-up one
// shows nothing that `to=` would not have shown.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "projector/history.h"
#include "schemas/ids.h"
#include "schemas/ordinal.h"

namespace waybill::query {

// A row's place in the history of all partitions: newest first, then by partition and index, both
// descending.
struct HistoryPlace {
  runtime::WallTime time;
  std::uint32_t partition = 0;
  schemas::EventIndex index;

  friend auto operator<=>(const HistoryPlace&, const HistoryPlace&) = default;
};

// Where one partition's timeline goes on behind `place`.
projector::TimelineCursor after(const HistoryPlace& place, std::uint32_t partition);

std::string write_cursor(const HistoryPlace& place, const projector::HistoryQuestion& question);

// An event's place among the events of messages: those of the newest message first, of a message by
// partition and index.
struct MessagePlace {
  schemas::MessageId message;
  std::uint32_t partition = 0;
  schemas::EventIndex index;

  friend bool operator==(const MessagePlace&, const MessagePlace&) = default;
  friend bool operator<(const MessagePlace& a, const MessagePlace& b) {
    if (a.message != b.message) return a.message > b.message;
    return std::pair(a.partition, a.index) < std::pair(b.partition, b.index);
  }
};

// Where one partition's events go on that are not before `place`.
projector::MessagesStart start(const MessagePlace& place, std::uint32_t partition);

// The page begins at `place`. `question`: what makes it this one and no other.
std::string write_cursor(const MessagePlace& place, std::string_view question);
runtime::Result<MessagePlace> read_cursor(std::string_view text, std::string_view question);

// Behind the newest event that was not shown; for answers that come from one partition.
std::string write_cursor(schemas::EventIndex index, std::string_view question);
runtime::Result<schemas::EventIndex> read_index_cursor(std::string_view text,
                                                       std::string_view question);

// Where the search of events goes on: by partition, before which index; 0: not at all.
using EventsPlace = std::map<std::uint32_t, schemas::EventIndex>;

std::string write_cursor(const EventsPlace& place, std::string_view question);
runtime::Result<EventsPlace> read_events_cursor(std::string_view text, std::string_view question);

// Errc::invalid: no cursor of ours. Errc::refused: one of another question.
runtime::Result<HistoryPlace> read_cursor(std::string_view text,
                                          const projector::HistoryQuestion& question);

}  // namespace waybill::query
