// Parts: what one partition, or one other server of several, says to a question, as values. merge.h
// makes one of several, render.h tells it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "projector/history.h"
#include "query/cursor.h"
#include "runtime/time.h"
#include "schemas/event.h"

namespace waybill::query {

// What is told as it is: of views that are here a value; of another server's the JSON that it said,
// for its release may know more of it than this one.
template <class Value>
using Told = std::variant<Value, boost::json::object>;

struct HistoryLine {
  HistoryPlace place;
  std::size_t octets = 0;  // of its JSON, about
  Told<projector::TimelineEntry> entry;
};
struct HistoryPart {
  std::vector<HistoryLine> lines;    // newest first
  std::optional<HistoryPlace> next;  // where it goes on, behind that; nullopt: there is no more
};

// Events by what they say. Those of a partition stand in the order of its log, newest first.
struct EventsPart {
  std::vector<HistoryLine> lines;
  EventsPlace places;  // where each partition goes on, behind all lines; 0: it has no more
  EventsPlace begun;   // where each began, or ended then, if it was asked to begin before that
};
// Whether any partition has more.
bool goes_on(const EventsPlace& places);

struct EventLine {
  MessagePlace place;
  runtime::WallTime time;
  std::string event_id;    // text, in the order of which events of one moment are told
  std::size_t octets = 0;  // of the record, or some third of the JSON
  Told<schemas::Event> event;
};
struct MessagesPart {
  std::vector<EventLine> lines;      // those of a message side by side, the newest message first
  std::optional<MessagePlace> next;  // where it goes on; nullopt: there is no more
};

struct OwnDelivery {
  projector::Delivery delivery;
  runtime::WallTime complete_at;  // all that was on record by then is in the views
};
using DeliveryPart = Told<OwnDelivery>;

using CountersPart =
    std::map<runtime::WallTime, projector::Counts>;  // by the beginning of the hour

// Of the views of a partition that is here.
HistoryPart history_part(std::uint32_t partition, projector::Page page);
EventsPart events_part(std::uint32_t partition, projector::EventsPage page);
MessagesPart messages_part(std::uint32_t partition, projector::MessagesPage page);
MessagesPart message_part(std::uint32_t partition, projector::MessageEvents message);
CountersPart counters_part(const std::vector<projector::HourCounters>& hours);

}  // namespace waybill::query
