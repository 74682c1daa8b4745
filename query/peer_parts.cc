#include "query/peer_parts.h"

#include <algorithm>
#include <utility>

#include "schemas/json_members.h"
#include "schemas/partition.h"

namespace waybill::query {

namespace json = boost::json;
using schemas::EventIndex;
using schemas::MessageId;
using schemas::number_member;
using schemas::text_member;

namespace {

json::array* list_of(json::object& object, std::string_view name) {
  json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::optional<runtime::WallTime> time_of(const json::object& object, std::string_view name) {
  const auto time = schemas::parse_rfc3339(text_member(object, name));
  if (!time) return std::nullopt;
  return *time;
}

struct LogPlace {
  std::uint32_t partition = 0;
  EventIndex index;
};

std::optional<LogPlace> log_place_of(const json::object& object) {
  const auto partition = number_member(object, "partition");
  const auto index = number_member(object, "index");
  if (!partition || *partition >= schemas::kMaxPartitions || !index) return std::nullopt;
  return LogPlace{static_cast<std::uint32_t>(*partition), EventIndex(*index)};
}

std::optional<HistoryLine> read_entry(json::value& value) {
  if (!value.is_object()) return std::nullopt;
  json::object& entry = value.as_object();
  const auto time = time_of(entry, "time");
  const auto place = log_place_of(entry);
  if (!time || !place) return std::nullopt;
  return HistoryLine{{*time, place->partition, place->index}, 0, std::move(entry)};
}

// Appends the events of one message. Those of the release before have no place: they are all that
// it has, and stand in its first partition, in their order.
bool read_events(json::object& message, const PeerSaid& said, std::vector<EventLine>& lines) {
  const auto id = MessageId::parse(text_member(message, "message_id"));
  json::array* const events = list_of(message, "events");
  if (!id || events == nullptr) return false;
  std::uint64_t order = 0;
  for (json::value& value : *events) {
    if (!value.is_object()) return false;
    json::object& event = value.as_object();
    const bool placed = event.contains("partition") || event.contains("index");
    const auto place =
        placed ? log_place_of(event) : LogPlace{said.partitions.front(), EventIndex(order)};
    const auto time = time_of(event, "occurred_at");
    if (!place || !time) return false;
    EventLine line;
    line.place = {*id, place->partition, place->index};
    line.time = *time;
    line.event_id = text_member(event, "event_id");
    line.event = std::move(event);
    lines.push_back(std::move(line));
    ++order;
  }
  return true;
}

// A cursor of another release may be one that cannot be read here: it is as good as the place
// behind the last event. False: there is none.
bool close(const json::object& answer, std::string_view question, MessagesPart& part) {
  if (!answer.contains("next_cursor")) return true;
  const auto next = read_cursor(text_member(answer, "next_cursor"), question);
  if (next) {
    part.next = *next;
    return true;
  }
  if (part.lines.empty()) return false;
  const auto last =
      std::max_element(part.lines.begin(), part.lines.end(),
                       [](const EventLine& a, const EventLine& b) { return a.place < b.place; });
  part.next = last->place;
  ++part.next->index;
  return true;
}

// JSON has some three times the octets of a record.
constexpr std::size_t kJsonToRecord = 3;

std::optional<MessagesPart> finish(const PeerSaid& said, std::string_view question,
                                   MessagesPart part) {
  if (!close(said.answer, question, part)) return std::nullopt;
  for (EventLine& line : part.lines) {
    line.octets = said.octets / part.lines.size() / kJsonToRecord;
  }
  return part;
}

}  // namespace

std::optional<HistoryPart> read_history_part(PeerSaid said,
                                             const projector::HistoryQuestion& question) {
  json::array* const entries = list_of(said.answer, "entries");
  if (entries == nullptr) return std::nullopt;
  HistoryPart part;
  for (json::value& entry : *entries) {
    auto line = read_entry(entry);
    if (!line) return std::nullopt;
    part.lines.push_back(std::move(*line));
  }
  for (HistoryLine& line : part.lines) line.octets = said.octets / part.lines.size();
  if (!said.answer.contains("next_cursor")) return part;
  // One that cannot be read, of another release, is as good as the place of the last entry.
  const auto next = read_cursor(text_member(said.answer, "next_cursor"), question);
  if (!next && part.lines.empty()) return std::nullopt;
  part.next = next ? *next : part.lines.back().place;
  return part;
}

std::optional<EventsPart> read_events_part(PeerSaid said, std::string_view question) {
  json::array* const entries = list_of(said.answer, "entries");
  if (entries == nullptr) return std::nullopt;
  EventsPart part;
  for (json::value& entry : *entries) {
    auto line = read_entry(entry);
    if (!line) return std::nullopt;
    part.lines.push_back(std::move(*line));
  }
  for (HistoryLine& line : part.lines) line.octets = said.octets / part.lines.size();
  for (const std::uint32_t partition : said.partitions) {
    part.places.emplace(partition, EventIndex(0));
  }
  part.begun = said.ends;
  if (!said.answer.contains("next_cursor")) return part;
  const auto next = read_events_cursor(text_member(said.answer, "next_cursor"), question);
  if (!next) return std::nullopt;
  for (auto& [partition, place] : part.places) {
    const auto found = next->find(partition);
    if (found != next->end()) place = found->second;
  }
  return part;
}

std::optional<MessagesPart> read_message_part(PeerSaid said, std::string_view question) {
  MessagesPart part;
  if (!read_events(said.answer, said, part.lines)) return std::nullopt;
  return finish(said, question, std::move(part));
}

std::optional<MessagesPart> read_messages_part(PeerSaid said, std::string_view question) {
  json::array* const messages = list_of(said.answer, "messages");
  if (messages == nullptr) return std::nullopt;
  MessagesPart part;
  for (json::value& message : *messages) {
    if (!message.is_object() || !read_events(message.as_object(), said, part.lines)) {
      return std::nullopt;
    }
  }
  return finish(said, question, std::move(part));
}

std::optional<DeliveryPart> read_delivery_part(PeerSaid said) {
  if (text_member(said.answer, "delivery_id").empty()) return std::nullopt;
  return DeliveryPart(std::move(said.answer));
}

std::optional<CountersPart> read_counters_part(PeerSaid said) {
  json::array* const hours = list_of(said.answer, "hours");
  if (hours == nullptr) return std::nullopt;
  CountersPart part;
  for (const json::value& hour : *hours) {
    const auto time = hour.is_object() ? time_of(hour.as_object(), "hour") : std::nullopt;
    if (!time) return std::nullopt;
    projector::Counts& counts = part[*time];
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto name = projector::name_of(static_cast<projector::Count>(i));
      counts[i] += number_member(hour.as_object(), name).value_or(0);
    }
  }
  return part;
}

}  // namespace waybill::query
