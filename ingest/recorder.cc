#include "ingest/recorder.h"

#include <array>

#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "schemas/ids.h"

namespace waybill::ingest {

namespace {

// RFC 9562 5.7 ids are 16 octets, and so is the trace id of W3C trace context: a message is a
// trace, each of its events a span named by the random half of the event's id.
std::string trace_of(const std::string& message_id, const schemas::EventId::Octets& event_id) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(message_id.data());
  const std::span<const std::uint8_t> span(event_id.data() + 8, 8);
  return "00-" + runtime::hex({octets, message_id.size()}) + "-" + runtime::hex(span) + "-01";
}

}  // namespace

void Recorder::stamp(schemas::Event& event) {
  const runtime::WallTime now = clock_.wall();
  const auto id = schemas::uuid_v7(now, chance_);
  event.set_event_id(id.data(), id.size());
  event.set_occurred_at(schemas::nanoseconds(now));
  std::array<std::uint8_t, 16> salt;
  chance_.fill(salt);
  event.set_salt(salt.data(), salt.size());
  event.set_node(node_);
  if (event.trace().empty() && event.message_id().size() == schemas::MessageId::kOctets) {
    event.set_trace(trace_of(event.message_id(), id));
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
