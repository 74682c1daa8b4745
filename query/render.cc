#include "query/render.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "query/cursor.h"
#include "query/story.h"
#include "schemas/event_text.h"

namespace waybill::query {
namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
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

void append_text(std::string& out, const HistoryLine& line) {
  if (const auto* const said = std::get_if<json::object>(&line.entry)) {
    out += json::serialize(*said);
  } else {
    append_entry(out, std::get<projector::TimelineEntry>(line.entry), line.place.partition);
  }
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

std::string_view word_of(projector::Role role) {
  switch (role) {
    case projector::Role::alias: return "alias";
    case projector::Role::sender: return "sender";
    case projector::Role::target: return "target";
    case projector::Role::client: return "client";
  }
  return "";
}

// An object, member by member, at the end of a text. Names are ours: nothing in them is escaped.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  ~Members() { out_ += '}'; }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  void put(std::string_view name, std::string_view value) {
    schemas::append_json_string(open(name), value);
  }
  void put_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) put(name, value);
  }
  void put(std::string_view name, std::uint64_t value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    open(name).append(digits.data(), end);
  }
  // The value is what is appended next.
  std::string& open(std::string_view name) {
    if (!std::exchange(first_, false)) out_ += ',';
    return out_.append("\"").append(name).append("\":");
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void put_time(Members& out, const std::optional<runtime::WallTime>& time) {
  if (time) {
    out.put("time", schemas::rfc3339(*time));
  } else {
    out.open("time") += "null";
  }
}

// Each item is appended by put(item).
template <class Items, class Put>
void append_list(std::string& out, const Items& items, Put put) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!std::exchange(first, false)) out += ',';
    put(item);
  }
  out += ']';
}

void append_partition(std::string& out, const PartitionAsOf& one) {
  Members part(out);
  part.put("partition", one.partition);
  put_time(part, one.time);
  part.put("index", one.index.value());
  if (one.lag) part.put("lag", *one.lag);
  if (one.complete_at) part.put("complete_at", schemas::rfc3339(*one.complete_at));
  if (one.holes.empty()) return;
  append_list(part.open("holes"), one.holes, [&](const PartitionAsOf::Hole& hole) {
    Members of_hole(out);
    if (hole.after) of_hole.put("after", schemas::rfc3339(*hole.after));
    if (hole.before) of_hole.put("before", schemas::rfc3339(*hole.before));
  });
}

void append_as_of(std::string& out, const AsOf& as_of) {
  Members members(out);
  put_time(members, as_of.time());
  // Numbers of different partitions do not add up to one.
  if (as_of.partitions.size() == 1 && as_of.missing.empty()) {
    members.put("index", as_of.partitions.front().index.value());
  }
  if (const auto lag = as_of.lag()) members.put("lag", *lag);
  if (const auto at = as_of.complete_at()) members.put("complete_at", schemas::rfc3339(*at));
  append_list(members.open("partitions"), as_of.partitions,
              [&](const PartitionAsOf& one) { append_partition(out, one); });
  if (as_of.missing.empty()) return;
  append_list(members.open("missing"), as_of.missing,
              [&](std::uint32_t partition) { out += std::to_string(partition); });
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
    schemas::append_json_string(out_, value);
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
  void add_text(std::string_view value) {
    comma();
    schemas::append_json_string(out_, value);
  }
  void add(const HistoryLine& line) {
    comma();
    append_text(out_, line);
  }
  void reserve(std::size_t octets) { out_.reserve(octets); }
  void close_list() { close(']'); }
  void close_object() { close('}'); }

  std::string finish(const AsOf& as_of) {
    begin("as_of");
    append_as_of(out_, as_of);
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

// Of a usual line of history as JSON; an answer has room for so many before it is written.
constexpr std::size_t kOctetsOfEntry = 512;

void put_events(Text& text, const std::vector<EventLine>& lines, std::size_t from, std::size_t to) {
  text.open_list("events");
  for (std::size_t i = from; i < to; ++i) text.add(text_of(lines[i]));
  text.close_list();
}

void put_cursor(Text& text, const MessagesPart& messages, std::string_view question) {
  if (messages.next) text.put("next_cursor", write_cursor(*messages.next, question));
}

}  // namespace

namespace {

// An object of a page, which has many: its members are written where there is room for all of them.
class PlacedMembers {
 public:
  explicit PlacedMembers(char* at) : at_(at) {}

  // A name comes with what stands around it: `,"name":`.
  void put(std::string_view name, std::string_view value) {
    at_ = schemas::write_json_string(value, std::copy(name.begin(), name.end(), at_));
  }
  void put_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) put(name, value);
  }
  void put(std::string_view name, std::uint64_t value) {
    at_ = std::copy(name.begin(), name.end(), at_);
    at_ = std::to_chars(at_, at_ + kDigits, value).ptr;
  }
  void put(std::string_view name, runtime::WallTime time) {
    at_ = std::copy(name.begin(), name.end(), at_);
    *at_++ = '"';
    at_ = schemas::write_rfc3339(time, at_);
    *at_++ = '"';
  }
  void close() { *at_++ = '}'; }

  char* end() const { return at_; }

  static constexpr std::size_t kDigits = 20;  // of 64 bits

 private:
  char* at_;
};

// At most, of a line's JSON: its texts with every octet escaped, and all else that it may have.
std::size_t most_octets(const projector::TimelineEntry& entry) {
  constexpr std::size_t kNamesAndNumbers = 512;
  std::size_t octets = kNamesAndNumbers;
  for (const std::string_view text :
       {entry.kind, entry.alias, entry.sender.value_or(std::string_view()), entry.target,
        entry.message_id, entry.delivery_id, entry.by, entry.rule, entry.stage,
        entry.reply.enhanced, entry.reply.text, entry.rfc5322_message_id, entry.bounce_class,
        entry.status, entry.diagnostic, entry.reported_delivery_id}) {
    octets += schemas::most_json_octets(text);
  }
  return octets;
}

}  // namespace

void append_entry(std::string& out, const projector::TimelineEntry& entry,
                  std::uint32_t partition) {
  const std::size_t begin = out.size();
  out.resize(begin + most_octets(entry));
  PlacedMembers members(out.data() + begin);
  members.put(R"({"time":)", entry.occurred_at);
  members.put(R"(,"partition":)", partition);
  members.put(R"(,"index":)", entry.index.value());
  members.put(R"(,"kind":)", entry.kind);
  members.put_if_any(R"(,"alias":)", entry.alias);
  if (entry.sender) members.put(R"(,"sender":)", *entry.sender);
  members.put_if_any(R"(,"target":)", entry.target);
  members.put_if_any(R"(,"message_id":)", entry.message_id);
  members.put_if_any(R"(,"delivery_id":)", entry.delivery_id);
  if (entry.reply.code != 0) {
    members.put(R"(,"reply":{"code":)", static_cast<std::uint64_t>(entry.reply.code));
    members.put_if_any(R"(,"enhanced":)", entry.reply.enhanced);
    members.put_if_any(R"(,"text":)", entry.reply.text);
    members.close();
  }
  members.put_if_any(R"(,"by":)", entry.by);
  members.put_if_any(R"(,"rule":)", entry.rule);
  members.put_if_any(R"(,"stage":)", entry.stage);
  members.put_if_any(R"(,"bounce_class":)", entry.bounce_class);
  members.put_if_any(R"(,"status":)", entry.status);
  members.put_if_any(R"(,"diagnostic":)", entry.diagnostic);
  members.put_if_any(R"(,"rfc5322_message_id":)", entry.rfc5322_message_id);
  members.put_if_any(R"(,"reported_delivery_id":)", entry.reported_delivery_id);
  if (entry.size > 0) members.put(R"(,"size":)", entry.size);
  members.close();
  out.resize(static_cast<std::size_t>(members.end() - out.data()));
}

std::string render_history(const projector::HistoryQuestion& question, const HistoryPart& history,
                           const AsOf& as_of) {
  Text text;
  text.put("address", question.address);
  text.put("role", word_of(question.role));
  text.open_list("entries");
  text.reserve(kOctetsOfEntry * (history.lines.size() + 1));
  for (const HistoryLine& line : history.lines) text.add(line);
  text.close_list();
  if (history.next) text.put("next_cursor", write_cursor(*history.next, question));
  return text.finish(as_of);
}

std::string render_events(const EventsPart& events, const std::optional<std::string>& next,
                          const AsOf& as_of) {
  Text text;
  text.open_list("entries");
  for (const HistoryLine& line : events.lines) text.add(line);
  text.close_list();
  if (next) text.put("next_cursor", std::string_view(*next));
  return text.finish(as_of);
}

std::string render_aliases(const std::vector<std::string>& aliases, bool more, const AsOf& as_of) {
  Text text;
  text.open_list("aliases");
  for (const std::string& alias : aliases) text.add_text(alias);
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
  std::string text;
  append_as_of(text, as_of);
  return json::parse(text).as_object();
}

}  // namespace waybill::query
