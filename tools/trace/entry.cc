#include "tools/trace/entry.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "projector/views/timeline_row.h"
#include "query/render.h"
#include "schemas/csv.h"
#include "schemas/event.h"
#include "schemas/json_members.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::text_member;

constexpr auto kColumns = std::to_array<std::string_view>({"time",
                                                           "partition",
                                                           "index",
                                                           "kind",
                                                           "alias",
                                                           "sender",
                                                           "target",
                                                           "message_id",
                                                           "delivery_id",
                                                           "code",
                                                           "enhanced",
                                                           "text",
                                                           "by",
                                                           "rule",
                                                           "stage",
                                                           "bounce_class",
                                                           "status",
                                                           "diagnostic",
                                                           "rfc5322_message_id",
                                                           "reported_delivery_id",
                                                           "size"});

std::uint64_t number_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr) return 0;
  boost::system::error_code wrong;
  const auto number = value->to_number<std::uint64_t>(wrong);
  return wrong ? 0 : number;
}

json::object of_newer(const json::object& event) {
  json::object out;
  out["time"] = text_member(event, "occurred_at");
  for (const char* const name :
       {"partition", "index", "kind", "alias", "sender", "message_id", "delivery_id"}) {
    if (const json::value* const value = event.if_contains(name)) out[name] = *value;
  }
  return out;
}

void add_events(const json::object& answer, std::vector<json::object>& out) {
  const json::array* const events = schemas::array_member(answer, "events");
  if (events == nullptr) return;
  for (const json::value& event : *events) {
    if (event.is_object()) out.push_back(entry_of_event(event.as_object()));
  }
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr) return {};
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

std::string cell(const json::object& entry, std::string_view column) {
  if (column == "sender" && entry.contains("sender") && text_of(entry, column).empty()) return "<>";
  if (column != "code" && column != "enhanced" && column != "text") return text_of(entry, column);
  const json::object* const reply = schemas::object_member(entry, "reply");
  return reply == nullptr ? std::string() : text_of(*reply, column);
}

}  // namespace

json::object entry_of_event(const json::object& event) {
  json::object own = event;
  own.erase("index");
  const auto read = schemas::event_from_json(json::serialize(own));
  if (!read) return of_newer(event);
  const schemas::EventIndex index(number_of(event, "index"));
  const projector::Sought alias(read->alias(), projector::kExactly);
  const auto entry = projector::timeline_entry(*read, index, projector::Role::alias, alias,
                                               projector::keep_texts());
  if (!entry) return of_newer(event);
  std::string text;
  query::append_entry(text, *entry, static_cast<std::uint32_t>(number_of(event, "partition")));
  json::object out = json::parse(text).as_object();
  // An event of a delivery comes without its place.
  if (!event.contains("index")) out.erase("index");
  return out;
}

std::vector<json::object> entries_of(const json::object& answer) {
  std::vector<json::object> out;
  if (const json::array* const entries = schemas::array_member(answer, "entries")) {
    for (const json::value& entry : *entries) {
      if (entry.is_object()) out.push_back(entry.as_object());
    }
  }
  add_events(answer, out);
  if (const json::array* const messages = schemas::array_member(answer, "messages")) {
    for (const json::value& message : *messages) {
      if (message.is_object()) add_events(message.as_object(), out);
    }
  }
  return out;
}

std::string sheet_header() {
  return schemas::csv_row(std::vector<std::string>(kColumns.begin(), kColumns.end()));
}

std::string sheet_row(const json::object& entry) {
  std::vector<std::string> row;
  for (const std::string_view column : kColumns) row.push_back(cell(entry, column));
  return schemas::csv_row(row);
}

}  // namespace waybill::tools
