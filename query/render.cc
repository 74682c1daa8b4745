#include "query/render.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "query/cursor.h"
#include "query/story.h"
#include "schemas/event_json.h"

namespace waybill::query {
namespace {

namespace json = boost::json;

void put_time(json::object& out, const std::optional<runtime::WallTime>& time) {
  if (time) {
    out["time"] = schemas::rfc3339(*time);
  } else {
    out["time"] = nullptr;
  }
}

void put(json::object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

json::object to_json(const schemas::Reply& reply) {
  json::object out;
  out["code"] = reply.code;
  put(out, "enhanced", reply.enhanced);
  put(out, "text", reply.text);
  return out;
}

json::object to_json(const projector::TimelineEntry& entry, std::uint32_t partition) {
  json::object out;
  out["time"] = schemas::rfc3339(entry.occurred_at);
  out["partition"] = partition;
  out["index"] = entry.index.value();
  out["kind"] = entry.kind;
  put(out, "alias", entry.alias);
  if (entry.sender) out["sender"] = *entry.sender;
  put(out, "target", entry.target);
  put(out, "message_id", entry.message_id);
  put(out, "delivery_id", entry.delivery_id);
  if (entry.reply.code != 0) out["reply"] = to_json(entry.reply);
  put(out, "by", entry.by);
  put(out, "rule", entry.rule);
  put(out, "stage", entry.stage);
  put(out, "bounce_class", entry.bounce_class);
  put(out, "status", entry.status);
  put(out, "diagnostic", entry.diagnostic);
  put(out, "rfc5322_message_id", entry.rfc5322_message_id);
  put(out, "reported_delivery_id", entry.reported_delivery_id);
  if (entry.size > 0) out["size"] = entry.size;
  return out;
}

json::array to_json(const std::vector<StoryStep>& story) {
  json::array out;
  for (const StoryStep& step : story) {
    json::object one;
    one["time"] = schemas::rfc3339(step.time);
    one["step"] = step.step;
    put(one, "text", step.text);
    out.push_back(std::move(one));
  }
  return out;
}

json::array to_json(const std::vector<schemas::Event>& events) {
  json::array out;
  for (const auto& event : events) out.push_back(schemas::to_json_object(event));
  return out;
}

// Each with its place in the log, by which answers of several servers are merged.
json::object to_json(const projector::MessageEvents& message, std::uint32_t partition) {
  json::object out;
  out["message_id"] = message.message_id;
  json::array events;
  for (std::size_t i = 0; i < message.events.size(); ++i) {
    json::object event = schemas::to_json_object(message.events[i]);
    event["partition"] = partition;
    event["index"] = message.indexes[i].value();
    events.push_back(std::move(event));
  }
  out["events"] = std::move(events);
  return out;
}

json::object to_json(const std::array<std::uint64_t, projector::kCounts>& counts) {
  json::object out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out[projector::name_of(static_cast<projector::Count>(i))] = counts[i];
  }
  return out;
}

}  // namespace

std::string_view word_of(projector::Role role) {
  switch (role) {
    case projector::Role::alias: return "alias";
    case projector::Role::sender: return "sender";
    case projector::Role::target: return "target";
  }
  return "";
}

json::object history_part(const projector::HistoryQuestion& question, std::uint32_t partition,
                          const projector::Page& page) {
  json::object out;
  out["address"] = question.address;
  out["role"] = word_of(question.role);
  json::array entries;
  for (const auto& entry : page.entries) entries.push_back(to_json(entry, partition));
  out["entries"] = std::move(entries);
  if (page.next) {
    out["next_cursor"] = write_cursor({page.next->time, partition, page.next->index}, question);
  }
  return out;
}

json::object delivery_part(const projector::Delivery& delivery, runtime::WallTime complete_at) {
  json::object out;
  out["delivery_id"] = delivery.delivery_id;
  put(out, "message_id", delivery.message_id);
  out["state"] = state_at(delivery, complete_at);
  put(out, "alias", delivery.alias);
  put(out, "domain", delivery.domain);
  if (delivery.sender) out["sender"] = *delivery.sender;
  put(out, "target", delivery.target);
  const runtime::WallTime never{};
  if (delivery.accepted_at != never) out["accepted_at"] = schemas::rfc3339(delivery.accepted_at);
  if (delivery.changed_at != never) out["changed_at"] = schemas::rfc3339(delivery.changed_at);
  out["story"] = to_json(story_of(delivery, complete_at));
  out["events"] = to_json(delivery.events);
  return out;
}

json::object message_part(std::string_view question, std::uint32_t partition,
                          const projector::MessageEvents& message) {
  json::object out = to_json(message, partition);
  const auto id = schemas::MessageId::parse(message.message_id);
  if (id && message.next) {
    out["next_cursor"] = write_cursor({*id, partition, *message.next}, question);
  }
  return out;
}

json::object messages_part(std::string_view rfc5322_message_id, std::string_view question,
                           std::uint32_t partition, const projector::MessagesPage& page) {
  json::object out;
  out["rfc5322_message_id"] = rfc5322_message_id;
  json::array list;
  for (const auto& message : page.messages) list.push_back(to_json(message, partition));
  out["messages"] = std::move(list);
  if (page.next) {
    out["next_cursor"] = write_cursor({page.next->message, partition, page.next->index}, question);
  }
  return out;
}

json::object counters_part(const CountersQuestion& question,
                           const std::vector<projector::HourCounters>& hours) {
  json::object out;
  out["domain"] = question.domain;
  out["from"] = schemas::rfc3339(question.from);
  out["to"] = schemas::rfc3339(question.to);
  std::array<std::uint64_t, projector::kCounts> total{};
  json::array list;
  for (const auto& [hour, counts] : hours) {
    json::object one;
    one["hour"] = schemas::rfc3339(hour);
    for (auto& [name, value] : to_json(counts)) one[name] = std::move(value);
    list.push_back(std::move(one));
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += counts[i];
  }
  out["hours"] = std::move(list);
  out["total"] = to_json(total);
  return out;
}

json::array to_json(const std::vector<PartitionAsOf::Hole>& holes) {
  json::array out;
  for (const PartitionAsOf::Hole& hole : holes) {
    json::object one;
    if (hole.after) one["after"] = schemas::rfc3339(*hole.after);
    if (hole.before) one["before"] = schemas::rfc3339(*hole.before);
    out.push_back(std::move(one));
  }
  return out;
}

json::object to_json(const AsOf& as_of) {
  json::object out;
  put_time(out, as_of.time());
  // Numbers of different partitions do not add up to one.
  if (as_of.partitions.size() == 1 && as_of.missing.empty()) {
    out["index"] = as_of.partitions.front().index.value();
  }
  if (const auto lag = as_of.lag()) out["lag"] = *lag;
  if (const auto at = as_of.complete_at()) out["complete_at"] = schemas::rfc3339(*at);
  json::array partitions;
  for (const PartitionAsOf& one : as_of.partitions) {
    json::object part;
    part["partition"] = one.partition;
    put_time(part, one.time);
    part["index"] = one.index.value();
    if (one.lag) part["lag"] = *one.lag;
    if (one.complete_at) part["complete_at"] = schemas::rfc3339(*one.complete_at);
    if (!one.holes.empty()) part["holes"] = to_json(one.holes);
    partitions.push_back(std::move(part));
  }
  out["partitions"] = std::move(partitions);
  if (as_of.missing.empty()) return out;
  json::array missing;
  for (const std::uint32_t partition : as_of.missing) missing.push_back(partition);
  out["missing"] = std::move(missing);
  return out;
}

std::string render(json::object answer, const AsOf& as_of) {
  answer["as_of"] = to_json(as_of);
  return json::serialize(answer);
}

}  // namespace waybill::query
