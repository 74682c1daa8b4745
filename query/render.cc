#include "query/render.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "query/cursor.h"
#include "query/story.h"
#include "schemas/event_text.h"

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

json::object access_to_json(const schemas::Event& event) {
  const schemas::pb::Accessed& access = event.access();
  json::object out;
  out["time"] = schemas::rfc3339(schemas::wall_time(event.occurred_at()));
  out["principal"] = access.principal();
  put(out, "name", access.principal_name());
  put(out, "client_ip", event.client_ip());
  put(out, "method", access.method());
  put(out, "route", access.route());
  put(out, "query", access.query());
  put(out, "subject", access.subject());
  put(out, "domain", event.domain());
  put(out, "reason", access.reason());
  out["status"] = access.status();
  out["rows"] = access.rows();
  if (event.event_id().size() == schemas::MessageId::kOctets) {
    out["event_id"] = schemas::uuid_text(event.event_id());
  }
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

json::object to_json(const OwnDelivery& own) {
  const projector::Delivery& delivery = own.delivery;
  json::object out;
  out["delivery_id"] = delivery.delivery_id;
  put(out, "message_id", delivery.message_id);
  out["state"] = state_at(delivery, own.complete_at);
  put(out, "alias", delivery.alias);
  put(out, "domain", delivery.domain);
  if (delivery.sender) out["sender"] = *delivery.sender;
  put(out, "target", delivery.target);
  const runtime::WallTime never{};
  if (delivery.accepted_at != never) out["accepted_at"] = schemas::rfc3339(delivery.accepted_at);
  if (delivery.changed_at != never) out["changed_at"] = schemas::rfc3339(delivery.changed_at);
  out["story"] = to_json(story_of(delivery, own.complete_at));
  return out;
}

std::string text_of(const HistoryLine& line) {
  if (const auto* const said = std::get_if<json::object>(&line.entry))
    return json::serialize(*said);
  return json::serialize(
      entry_json(std::get<projector::TimelineEntry>(line.entry), line.place.partition));
}

// Each with its place in the log, by which answers of several servers are merged.
std::string text_of(const EventLine& line) {
  if (const auto* const said = std::get_if<json::object>(&line.event))
    return json::serialize(*said);
  std::string out;
  schemas::append_json(out, std::get<schemas::Event>(line.event),
                       schemas::EventPlace{line.place.partition, line.place.index});
  return out;
}

json::object to_json(const projector::Counts& counts) {
  json::object out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out[projector::name_of(static_cast<projector::Count>(i))] = counts[i];
  }
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

std::string_view word_of(projector::Role role) {
  switch (role) {
    case projector::Role::alias: return "alias";
    case projector::Role::sender: return "sender";
    case projector::Role::target: return "target";
    case projector::Role::client: return "client";
  }
  return "";
}

// An object's text, member by member.
class Text {
 public:
  void put(std::string_view name, const json::value& value) {
    begin(name);
    out_ += json::serialize(value);
  }
  void put(std::string_view name, std::string_view value) {
    begin(name);
    out_ += json::serialize(json::string_view(value.data(), value.size()));
  }
  void open_list(std::string_view name) {
    begin(name);
    open('[');
  }
  void open_object() {
    comma();
    open('{');
  }
  // `value` is JSON.
  void add(std::string_view value) {
    comma();
    out_ += value;
  }
  void close_list() { close(']'); }
  void close_object() { close('}'); }

  std::string finish(const AsOf& as_of) {
    put("as_of", query::to_json(as_of));
    close('}');
    return std::move(out_);
  }

 private:
  // Names are ours: nothing in them is escaped.
  void begin(std::string_view name) {
    comma();
    out_.append("\"").append(name).append("\":");
  }
  void open(char bracket) {
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_ = "{";
  bool first_ = true;
};

void put_events(Text& text, const std::vector<EventLine>& lines, std::size_t from, std::size_t to) {
  text.open_list("events");
  for (std::size_t i = from; i < to; ++i) text.add(text_of(lines[i]));
  text.close_list();
}

void put_cursor(Text& text, const MessagesPart& messages, std::string_view question) {
  if (messages.next) text.put("next_cursor", write_cursor(*messages.next, question));
}

}  // namespace

json::object entry_json(const projector::TimelineEntry& entry, std::uint32_t partition) {
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

std::string render_history(const projector::HistoryQuestion& question, const HistoryPart& history,
                           const AsOf& as_of) {
  Text text;
  text.put("address", question.address);
  text.put("role", word_of(question.role));
  text.open_list("entries");
  for (const HistoryLine& line : history.lines) text.add(text_of(line));
  text.close_list();
  if (history.next) text.put("next_cursor", write_cursor(*history.next, question));
  return text.finish(as_of);
}

std::string render_events(const EventsPart& events, const std::optional<std::string>& next,
                          const AsOf& as_of) {
  Text text;
  text.open_list("entries");
  for (const HistoryLine& line : events.lines) text.add(text_of(line));
  text.close_list();
  if (next) text.put("next_cursor", std::string_view(*next));
  return text.finish(as_of);
}

std::string render_aliases(const std::vector<std::string>& aliases, bool more, const AsOf& as_of) {
  Text text;
  text.open_list("aliases");
  for (const std::string& alias : aliases) text.add(json::serialize(json::string(alias)));
  text.close_list();
  text.put("more", json::value(more));
  return text.finish(as_of);
}

std::string render_delivery(const DeliveryPart& delivery, const AsOf& as_of) {
  Text text;
  const auto* const own = std::get_if<OwnDelivery>(&delivery);
  const json::object said = own != nullptr ? to_json(*own) : std::get<json::object>(delivery);
  for (const auto& [name, value] : said) text.put(name, value);
  if (own == nullptr) return text.finish(as_of);
  text.open_list("events");
  for (const auto& event : own->delivery.events) text.add(schemas::to_json(event));
  text.close_list();
  return text.finish(as_of);
}

std::string render_message(const schemas::MessageId& id, std::string_view question,
                           const MessagesPart& message, const AsOf& as_of) {
  Text text;
  text.put("message_id", id.text());
  put_events(text, message.lines, 0, message.lines.size());
  put_cursor(text, message, question);
  return text.finish(as_of);
}

std::string render_messages(std::string_view rfc5322_message_id, std::string_view question,
                            const MessagesPart& messages, const AsOf& as_of) {
  Text text;
  text.put("rfc5322_message_id", rfc5322_message_id);
  text.open_list("messages");
  const auto& lines = messages.lines;
  for (std::size_t from = 0, to = 0; from < lines.size(); from = to) {
    const schemas::MessageId id = lines[from].place.message;
    while (to < lines.size() && lines[to].place.message == id) ++to;
    text.open_object();
    text.put("message_id", id.text());
    put_events(text, lines, from, to);
    text.close_object();
  }
  text.close_list();
  put_cursor(text, messages, question);
  return text.finish(as_of);
}

std::string render_counters(const CountersQuestion& question, const CountersPart& counters,
                            const AsOf& as_of) {
  Text text;
  text.put("domain", question.domain);
  text.put("from", schemas::rfc3339(question.from));
  text.put("to", schemas::rfc3339(question.to));
  projector::Counts total{};
  text.open_list("hours");
  for (const auto& [hour, counts] : counters) {
    json::object one;
    one["hour"] = schemas::rfc3339(hour);
    for (auto& [name, value] : to_json(counts)) one[name] = std::move(value);
    text.add(json::serialize(one));
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += counts[i];
  }
  text.close_list();
  text.put("total", to_json(total));
  return text.finish(as_of);
}

std::string render_accesses(const std::vector<schemas::Event>& accesses,
                            const std::optional<std::string>& next, const AsOf& as_of) {
  Text text;
  text.open_list("accesses");
  for (const schemas::Event& event : accesses) text.add(json::serialize(access_to_json(event)));
  text.close_list();
  if (next) text.put("next_cursor", std::string_view(*next));
  return text.finish(as_of);
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

}  // namespace waybill::query
