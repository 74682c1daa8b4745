// Envelopes beside protobuf's own reading: whenever an Event takes a record, the envelope says of
// it what the event says.

#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "schemas/envelope.h"
#include "schemas/event.h"
#include "schemas/kind.h"
#include "schemas/partition.h"

using namespace waybill;           // NOLINT: a program of one function
using namespace waybill::schemas;  // NOLINT

namespace {

constexpr std::uint32_t kPartitions = 12;

void compare(const Envelope& envelope, const Event& event) {
  runtime::check(envelope.event_id == event.event_id(), "event_id agrees");
  runtime::check(envelope.occurred_at == event.occurred_at(), "occurred_at agrees");
  runtime::check(envelope.node == event.node(), "node agrees");
  runtime::check(envelope.node_seq.value() == event.node_seq(), "node_seq agrees");
  runtime::check(envelope.domain == event.domain(), "domain agrees");
  runtime::check(envelope.trace == event.trace(), "trace agrees");
  runtime::check(envelope.alias == event.alias(), "alias agrees");
  runtime::check(envelope.client_ip == event.client_ip(), "client_ip agrees");
  runtime::check(envelope.partition.has_value() == event.has_partition(), "presence agrees");
  runtime::check(!envelope.partition || *envelope.partition == event.partition(),
                 "partition agrees");
  runtime::check(envelope.body == static_cast<int>(event.body_case()), "the body agrees");
  runtime::check(envelope.body == 0 || find_kind(envelope.body)->word == kind_of(event),
                 "the kind agrees");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  const auto envelope = read_envelope(record);
  if (envelope) {
    runtime::check(partition_of(*envelope, kPartitions) < kPartitions, "it stands somewhere");
    runtime::check(!topic_of_body(envelope->body).empty(), "it has a topic");
  }
  Event event;
  if (!event.ParseFromArray(data, static_cast<int>(size))) return 0;
  runtime::check(envelope.has_value(), "what an event takes the envelope takes");
  compare(*envelope, event);
  return 0;
}
