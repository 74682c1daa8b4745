#include "query/merge.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <optional>
#include <string>

#include "query/cursor.h"
#include "schemas/json_members.h"
#include "schemas/partition.h"

namespace waybill::query {

namespace json = boost::json;
using schemas::number_member;
using schemas::text_member;

namespace {

json::array take_array(json::object& object, std::string_view name) {
  json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return {};
  return std::move(value->as_array());
}

std::uint64_t count_of(const json::object& object, std::string_view name) {
  return number_member(object, name).value_or(0);
}

// An entry of a history and where it stands.
struct Line {
  HistoryPlace place;
  json::object entry;
};

std::optional<HistoryPlace> place_of(const json::object& entry) {
  const auto time = schemas::parse_rfc3339(text_member(entry, "time"));
  const auto partition = number_member(entry, "partition");
  const auto index = number_member(entry, "index");
  if (!time || !partition || *partition >= schemas::kMaxPartitions || !index) return std::nullopt;
  return HistoryPlace{*time, static_cast<std::uint32_t>(*partition), schemas::EventIndex(*index)};
}

// Where a part goes on; nullopt: it is at its end. A cursor that cannot be read (of a server of
// another release) is as good as the place of the part's last entry.
std::optional<HistoryPlace> next_place(const json::object& part,
                                       const projector::HistoryQuestion& question,
                                       const std::optional<HistoryPlace>& last_entry) {
  if (!part.contains("next_cursor")) return std::nullopt;
  const auto next = read_cursor(text_member(part, "next_cursor"), question);
  if (next) return *next;
  return last_entry;
}

// An event of a message and where it stands.
struct EventLine {
  MessagePlace place;
  json::object event;
};

std::optional<MessagePlace> place_of(const schemas::MessageId& message, const json::object& event) {
  const auto partition = number_member(event, "partition");
  const auto index = number_member(event, "index");
  if (!partition || *partition >= schemas::kMaxPartitions || !index) return std::nullopt;
  return MessagePlace{message, static_cast<std::uint32_t>(*partition), schemas::EventIndex(*index)};
}

// The events of several parts, as far as all of these have read theirs.
struct EventLines {
  std::vector<EventLine> lines;
  // What is not before it may be missing an event that its partition has not read.
  std::optional<MessagePlace> horizon;

  // Events of one message in a part.
  void add(json::object& message) {
    const auto id = schemas::MessageId::parse(text_member(message, "message_id"));
    if (!id) return;
    for (json::value& event : take_array(message, "events")) {
      if (!event.is_object()) continue;
      const auto place = place_of(*id, event.as_object());
      if (place) lines.push_back({*place, std::move(event.as_object())});
    }
  }

  // A cursor that cannot be read (of a server of another release) is as good as the place behind
  // the part's last event.
  void close(const json::object& part, std::string_view question, std::size_t first) {
    if (!part.contains("next_cursor")) return;
    std::optional<MessagePlace> next;
    if (const auto read = read_cursor(text_member(part, "next_cursor"), question)) next = *read;
    for (std::size_t i = first; !next && i < lines.size(); ++i) {
      if (i + 1 < lines.size()) continue;
      next = lines[i].place;
      ++next->index;
    }
    if (next && (!horizon || *next < *horizon)) horizon = *next;
  }

  // Sorts them, and cuts what is behind the horizon or more than may be told. Gives where the next
  // page begins.
  std::optional<MessagePlace> cut(std::size_t most_messages) {
    std::sort(lines.begin(), lines.end(),
              [](const EventLine& a, const EventLine& b) { return a.place < b.place; });
    std::size_t messages = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const MessagePlace place = lines[i].place;
      if (i == 0 || place.message != lines[i - 1].place.message) ++messages;
      const bool beyond = horizon && !(place < *horizon);
      if (!beyond && i < projector::kMaxEvents && messages <= most_messages) continue;
      lines.resize(i);
      return beyond ? *horizon : place;
    }
    return horizon;
  }
};

// The events of lines [from, to), which are of one message, in the order in which they happened;
// ids are ascending in time as well.
json::array events_of(std::vector<EventLine>& lines, std::size_t from, std::size_t to) {
  const auto key = [](const EventLine& line) {
    return std::pair(text_member(line.event, "occurred_at"), text_member(line.event, "event_id"));
  };
  std::stable_sort(lines.begin() + static_cast<std::ptrdiff_t>(from),
                   lines.begin() + static_cast<std::ptrdiff_t>(to),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  json::array out;
  for (std::size_t i = from; i < to; ++i) out.push_back(std::move(lines[i].event));
  return out;
}

void put_cursor(json::object& out, const std::optional<MessagePlace>& next,
                std::string_view question) {
  out.erase("next_cursor");
  if (next) out["next_cursor"] = write_cursor(*next, question);
}

void add_counts(json::object& sum, const json::object& counts) {
  for (std::size_t i = 0; i < projector::kCounts; ++i) {
    const std::string_view name = projector::name_of(static_cast<projector::Count>(i));
    sum[name] = count_of(sum, name) + count_of(counts, name);
  }
}

}  // namespace

json::object merge_histories(PartialAnswers parts, const projector::HistoryQuestion& question) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  std::vector<Line> lines;
  // What comes behind it may be missing an entry that its partition has not read.
  std::optional<HistoryPlace> horizon;
  for (json::object& part : parts) {
    std::optional<HistoryPlace> last_entry;
    for (json::value& entry : take_array(part, "entries")) {
      if (!entry.is_object()) continue;
      const auto place = place_of(entry.as_object());
      if (!place) continue;
      lines.push_back({*place, std::move(entry.as_object())});
      last_entry = *place;
    }
    const auto next = next_place(part, question, last_entry);
    if (next && (!horizon || *next > *horizon)) horizon = *next;
  }
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.place > b.place; });
  json::object out = std::move(parts.front());
  out.erase("next_cursor");
  json::array entries;
  std::optional<HistoryPlace> last;
  bool more = horizon.has_value();
  for (Line& line : lines) {
    const bool beyond = horizon && line.place < *horizon;
    if (beyond || entries.size() >= question.limit) {
      more = true;
      break;
    }
    last = line.place;
    entries.push_back(std::move(line.entry));
  }
  if (more) {
    const bool full = entries.size() >= question.limit;
    const HistoryPlace goes_on = full || !horizon ? *last : *horizon;
    out["next_cursor"] = write_cursor(goes_on, question);
  }
  out["entries"] = std::move(entries);
  return out;
}

json::object merge_messages(PartialAnswers parts, std::string_view question) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  EventLines events;
  for (json::object& part : parts) {
    const std::size_t first = events.lines.size();
    events.add(part);
    events.close(part, question, first);
  }
  const auto next = events.cut(1);
  json::object out = std::move(parts.front());
  out["events"] = events_of(events.lines, 0, events.lines.size());
  put_cursor(out, next, question);
  return out;
}

json::object merge_message_lists(PartialAnswers parts, std::size_t limit,
                                 std::string_view question) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  EventLines events;
  for (json::object& part : parts) {
    const std::size_t first = events.lines.size();
    for (json::value& message : take_array(part, "messages")) {
      if (message.is_object()) events.add(message.as_object());
    }
    events.close(part, question, first);
  }
  const auto next = events.cut(limit);
  json::array list;
  const auto& lines = events.lines;
  for (std::size_t from = 0, to = 0; from < lines.size(); from = to) {
    const schemas::MessageId id = lines[from].place.message;
    while (to < lines.size() && lines[to].place.message == id) ++to;
    json::object message;
    message["message_id"] = id.text();
    message["events"] = events_of(events.lines, from, to);
    list.push_back(std::move(message));
  }
  json::object out = std::move(parts.front());
  out["messages"] = std::move(list);
  put_cursor(out, next, question);
  return out;
}

json::object merge_counters(PartialAnswers parts) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  std::map<std::string, json::object> hours;
  json::object total;
  for (json::object& part : parts) {
    for (const json::value& hour : take_array(part, "hours")) {
      if (!hour.is_object()) continue;
      const std::string name(text_member(hour.as_object(), "hour"));
      if (name.empty()) continue;
      json::object& sum = hours[name];
      sum["hour"] = name;
      add_counts(sum, hour.as_object());
      add_counts(total, hour.as_object());
    }
  }
  json::array list;
  for (auto& [name, sum] : hours) list.push_back(std::move(sum));
  json::object out = std::move(parts.front());
  out["hours"] = std::move(list);
  if (total.empty()) add_counts(total, {});
  out["total"] = std::move(total);
  return out;
}

}  // namespace waybill::query
