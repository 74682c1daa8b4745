// What another server of ours answers, read from its JSON: the form of docs/api.md, of this release
// or the one before. It may have members that are not known here; they are told on. nullopt: it is
// no answer of that form, and nothing of it is taken: its partitions are asked of another owner, or
// named as missing. Pure.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "query/parts.h"

namespace waybill::query {

// `answer` without `as_of`, of these partitions, at least one.
struct PeerSaid {
  boost::json::object answer;
  std::vector<std::uint32_t> partitions;
  std::size_t octets = 0;  // of its JSON
  std::map<std::uint32_t, schemas::EventIndex>
      ends{};  // of these: before it all events are told of
};

std::optional<HistoryPart> read_history_part(PeerSaid said,
                                             const projector::HistoryQuestion& question);
// `question`: what the cursor belongs to (cursor.h), here and below.
std::optional<EventsPart> read_events_part(PeerSaid said, std::string_view question);
// Of one message, or of several.
std::optional<MessagesPart> read_message_part(PeerSaid said, std::string_view question);
std::optional<MessagesPart> read_messages_part(PeerSaid said, std::string_view question);
std::optional<DeliveryPart> read_delivery_part(PeerSaid said);
std::optional<CountersPart> read_counters_part(PeerSaid said);

}  // namespace waybill::query
