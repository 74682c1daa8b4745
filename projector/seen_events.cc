#include "projector/seen_events.h"

#include <optional>

#include "projector/history.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;
using schemas::EventId;
using schemas::MessageId;

void SeenEvents::begin_batch() {
  events_.clear();
  messages_.clear();
}

void SeenEvents::add(const schemas::Event& event) {
  if (const auto id = EventId::from_bytes(event.event_id())) events_.insert(*id);
}

Result<SeenEvents::Answer> SeenEvents::contain(const schemas::Event& event) {
  const auto id = EventId::from_bytes(event.event_id());
  const auto message = MessageId::from_bytes(event.message_id());
  if (!id || !message || events_.contains(*id)) return Answer::yes;
  if (const auto looked = look_up(*message); !looked) return looked.error();
  return events_.contains(*id) ? Answer::yes : Answer::no;
}

Result<void> SeenEvents::look_up(const MessageId& message) {
  if (!messages_.insert(message).second) return {};
  const History history(store_);
  for (std::optional<schemas::EventIndex> next = schemas::EventIndex(); next;) {
    const auto found = history.message(message, schemas::Sight::all(), *next);
    if (!found) return found.error() == Errc::not_found ? Result<void>() : found.error();
    for (const schemas::Event& event : found->events) add(event);
    next = found->next;
  }
  return {};
}

}  // namespace waybill::projector
