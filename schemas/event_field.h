// EventField: a field of events by its path, to be taken out of one or written over. Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/event.h"

namespace waybill::schemas {

class EventField {
 public:
  // "alias", "accepted.targets.target": of each target. "rejected|deferred.rule": of either body. A
  // path that event.proto has not is a broken promise.
  explicit EventField(std::string_view path);

  // Every field that it names is of type string, and so may be written over.
  bool is_text() const { return text_; }
  void clear(Event& event) const;
  // Each text that is there becomes what `write` makes of it. For is_text() alone.
  void rewrite(Event& event, const std::function<std::string(std::string_view)>& write) const;

 private:
  std::vector<std::vector<int>> ways_;  // numbers of fields, from the event on
  bool text_ = true;
};

// The path of each field of event.proto that is no message, of bodies and all that is in them.
std::vector<std::string> event_paths();

}  // namespace waybill::schemas
