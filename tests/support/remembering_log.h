// RememberingLog: a log in memory that takes every batch at once, or refuses all of them.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ingest/event_appender.h"
#include "runtime/check.h"

namespace waybill::tests {

class RememberingLog final : public ingest::EventAppender {
 public:
  ingest::Recorded begin(std::vector<schemas::Event> batch) override {
    ingest::Recorded done;
    if (refusal) {
      done.give(*refusal);
      return done;
    }
    for (schemas::Event& event : batch) {
      // What cannot be read back is lost, whoever was told that it is on record.
      schemas::Event back;
      runtime::check(back.ParseFromString(event.SerializeAsString()), "an event is read back");
      events.push_back(std::move(event));
    }
    done.give(runtime::Result<void>());
    return done;
  }

  std::vector<schemas::Event> events;
  std::optional<runtime::Error> refusal;  // from now on
};

}  // namespace waybill::tests
