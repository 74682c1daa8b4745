// Events from bytes nobody vouches for. As protobuf: what parses keeps its bytes' meaning through a
// re-serialise and has JSON. As JSON: what is accepted is the same event after another round.
#include <google/protobuf/util/message_differencer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/check.h"
#include "schemas/event.h"
#include "schemas/strict_json.h"

namespace {

using google::protobuf::util::MessageDifferencer;
using waybill::runtime::check;
using namespace waybill::schemas;

void one_record(std::string_view bytes) {
  Event event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  // Bytes are compared, not values: a NaN differs from itself.
  const std::string once = event.SerializeAsString();
  Event again;
  check(again.ParseFromString(once), "an event parses again");
  check(again.SerializeAsString() == once, "an event survives a re-serialise");
  check(kind_of(again) == kind_of(event), "an event keeps its kind");

  const std::string json = to_json(event);
  check(parse_strict_json(json).has_value(), "every event has JSON");
  const auto read = event_from_json(json);
  check(!read || to_json(*read) == json, "an event's JSON leads back to it");
}

void one_json(std::string_view json) {
  const auto event = event_from_json(json);
  check(event.has_value() == event.error().why.empty(), "a refusal says why");
  if (!event) return;
  const auto again = event_from_json(to_json(*event));
  check(again.has_value(), "an event's JSON is accepted");
  check(MessageDifferencer::Equals(*again, *event), "an event's JSON leads back to it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  one_record(bytes);
  one_json(bytes);
  return 0;
}
