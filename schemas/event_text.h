// Events as text, straight from their fields: JSON in the form of to_json() (event.h), and single
// values for tables. What a feed, a page or an export tells is one of these for each event, so no
// tree of values is made on the way. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/event.h"
#include "schemas/ordinal.h"

namespace waybill::schemas {

// Where an event stands in the log.
struct EventPlace {
  std::uint32_t partition = 0;
  EventIndex index{};
};

// Appends the event's object; with a place, its `partition` and `index` are the last members, and
// what the envelope itself says of a partition is left out.
void append_json(std::string& out, const Event& event,
                 const std::optional<EventPlace>& place = std::nullopt);

// Appends a JSON string (RFC 8259 7). `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);
// The same at `at`, which has room for most_json_octets(text); gives the place behind it.
char* write_json_string(std::string_view text, char* at);
constexpr std::size_t most_json_octets(std::string_view text) { return 6 * text.size() + 2; }

// Columns of a table whose rows are events.
class EventColumns {
 public:
  // A path is "kind"; or a field of the event, "alias"; or "body." and a field of whichever body an
  // event has, "body.rule", "body.reply.code". A path that no event has is a broken promise.
  explicit EventColumns(const std::vector<std::string>& paths);
  ~EventColumns();
  EventColumns(const EventColumns&) = delete;
  EventColumns& operator=(const EventColumns&) = delete;

  // One text a path: what JSON has there, without quotes and escapes; empty: the event has none, or
  // it is a list.
  void read(const Event& event, std::vector<std::string>& out) const;

 private:
  struct Plan;
  const std::unique_ptr<const Plan> plan_;
};

}  // namespace waybill::schemas
