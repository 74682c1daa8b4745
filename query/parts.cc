#include "query/parts.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waybill::query {
namespace {

using schemas::MessageId;

void add_events(std::uint32_t partition, projector::MessageEvents& message,
                std::vector<EventLine>& lines) {
  const auto id = MessageId::parse(message.message_id);
  if (!id) return;
  for (std::size_t i = 0; i < message.events.size(); ++i) {
    schemas::Event& event = message.events[i];
    EventLine line;
    line.place = {*id, partition, message.indexes[i]};
    line.time = schemas::wall_time(event.occurred_at());
    if (event.event_id().size() == MessageId::kOctets) {
      line.event_id = schemas::uuid_text(event.event_id());
    }
    line.octets = event.ByteSizeLong();
    line.event = std::move(event);
    lines.push_back(std::move(line));
  }
}

// What a line has besides what may be long.
constexpr std::size_t kShortOctets = 500;

std::size_t octets_of(const projector::TimelineEntry& entry) {
  return kShortOctets + entry.target.size() + entry.reply.text.size() + entry.diagnostic.size() +
         entry.rfc5322_message_id.size();
}

}  // namespace

HistoryPart history_part(std::uint32_t partition, projector::Page page) {
  HistoryPart part;
  part.lines.reserve(page.entries.size());
  for (projector::TimelineEntry& entry : page.entries) {
    const HistoryPlace place{entry.occurred_at, partition, entry.index};
    const std::size_t octets = octets_of(entry);
    part.lines.push_back({place, octets, std::move(entry)});
  }
  if (page.next) part.next = HistoryPlace{page.next->time, partition, page.next->index};
  return part;
}

EventsPart events_part(std::uint32_t partition, projector::EventsPage page) {
  EventsPart part;
  part.begun.emplace(partition, page.begun);
  part.places.emplace(partition, page.next.value_or(schemas::EventIndex(0)));
  HistoryPart lines = history_part(partition, {std::move(page.entries), std::nullopt});
  part.lines = std::move(lines.lines);
  return part;
}

bool goes_on(const EventsPlace& places) {
  return std::any_of(places.begin(), places.end(),
                     [](const auto& place) { return place.second != schemas::EventIndex(0); });
}

MessagesPart messages_part(std::uint32_t partition, projector::MessagesPage page) {
  MessagesPart part;
  for (projector::MessageEvents& message : page.messages) {
    add_events(partition, message, part.lines);
  }
  if (page.next) part.next = MessagePlace{page.next->message, partition, page.next->index};
  return part;
}

MessagesPart message_part(std::uint32_t partition, projector::MessageEvents message) {
  MessagesPart part;
  add_events(partition, message, part.lines);
  const auto id = MessageId::parse(message.message_id);
  if (id && message.next) part.next = MessagePlace{*id, partition, *message.next};
  return part;
}

CountersPart counters_part(const std::vector<projector::HourCounters>& hours) {
  CountersPart part;
  for (const auto& [hour, counts] : hours) part.emplace_hint(part.end(), hour, counts);
  return part;
}

}  // namespace waybill::query
