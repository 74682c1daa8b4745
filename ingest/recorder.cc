#include "ingest/recorder.h"

#include <array>

#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "schemas/ids.h"
#include "schemas/trace.h"

namespace waybill::ingest {

void Recorder::stamp(schemas::Event& event) {
  const runtime::WallTime now = clock_.wall();
  event.set_occurred_at(schemas::nanoseconds(now));
  std::array<std::uint8_t, 16> salt;
  chance_.fill(salt);
  event.set_salt(salt.data(), salt.size());
  event.set_event_id(schemas::event_id_of(now, event.salt()).bytes());
  event.set_node(node_);
  if (event.trace().empty() && event.message_id().size() == schemas::MessageId::kOctets) {
    event.set_trace(schemas::trace_of(event.message_id(), event.event_id()));
  }
}

Recorded Recorder::begin(std::vector<schemas::Event> events) {
  for (schemas::Event& event : events) stamp(event);
  return log_.begin(std::move(events));
}

runtime::Task<runtime::Result<void>> Recorder::record(std::vector<schemas::Event> events) {
  const Recorded recorded = begin(std::move(events));
  co_return co_await recorded.wait();
}

}  // namespace waybill::ingest
