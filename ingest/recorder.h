// Recorder: fills an event's envelope and records it. Of one thread, unless its `chance` is of
// any (runtime::system_chance()).
#pragma once

#include <string>
#include <vector>

#include "ingest/event_appender.h"
#include "runtime/chance.h"
#include "runtime/time.h"
#include "schemas/event.h"

namespace waybill::ingest {

class Recorder {
 public:
  // All outlive it.
  Recorder(EventAppender& log, runtime::Clock& clock, runtime::Chance& chance, std::string node)
      : log_(log), clock_(clock), chance_(chance), node_(std::move(node)) {}

  // Stamps each event (id, time, salt, node, trace) and appends them together. The promises are
  // EventAppender's.
  Recorded begin(std::vector<schemas::Event> events);
  runtime::Task<runtime::Result<void>> record(std::vector<schemas::Event> events);

  // An event of one delivery or message begins with these.
  void stamp(schemas::Event& event);

 private:
  EventAppender& log_;
  runtime::Clock& clock_;
  runtime::Chance& chance_;
  std::string node_;
};

}  // namespace waybill::ingest
