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

// Events of all parts in the order in which they happened; ids are ascending in time as well.
json::array merge_events(std::vector<json::array> lists) {
  std::vector<json::value> events;
  for (json::array& list : lists) {
    for (json::value& event : list) {
      if (event.is_object()) events.push_back(std::move(event));
    }
  }
  const auto key = [](const json::value& event) {
    return std::pair(text_member(event.as_object(), "occurred_at"),
                     text_member(event.as_object(), "event_id"));
  };
  std::stable_sort(events.begin(), events.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  json::array out;
  for (json::value& event : events) out.push_back(std::move(event));
  return out;
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

json::object merge_messages(PartialAnswers parts) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  std::vector<json::array> lists;
  for (json::object& part : parts) lists.push_back(take_array(part, "events"));
  json::object out = std::move(parts.front());
  out["events"] = merge_events(std::move(lists));
  return out;
}

json::object merge_message_lists(PartialAnswers parts, std::size_t limit) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  // A message id is a UUIDv7: the greatest is the newest.
  std::map<std::string, PartialAnswers, std::greater<>> messages;
  for (json::object& part : parts) {
    for (json::value& message : take_array(part, "messages")) {
      if (!message.is_object()) continue;
      const std::string id(text_member(message.as_object(), "message_id"));
      if (id.empty()) continue;
      messages[id].push_back(std::move(message.as_object()));
    }
  }
  json::array list;
  for (auto& [id, of_message] : messages) {
    if (list.size() >= limit) break;
    list.push_back(merge_messages(std::move(of_message)));
  }
  json::object out = std::move(parts.front());
  out["messages"] = std::move(list);
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
