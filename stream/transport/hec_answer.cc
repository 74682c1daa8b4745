#include "stream/transport/hec_answer.h"

#include <boost/json/object.hpp>
#include <charconv>

#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::stream {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

Explained<json::object> object_of(std::string_view text) {
  auto value = schemas::parse_strict_json(text);
  if (!value) return Failure{Errc::corrupt, "no JSON: " + value.error().why};
  if (!value->is_object()) return Failure{Errc::corrupt, "no object"};
  return std::move(value->as_object());
}

}  // namespace

Explained<HecAnswer> read_hec_answer(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return object.error();
  const auto code = schemas::number_member(*object, "code");
  if (!code) return Failure{Errc::corrupt, "no code in it"};
  HecAnswer out{.code = *code, .text = std::string(schemas::text_member(*object, "text"))};
  out.ack_id = schemas::number_member(*object, "ackId");
  out.invalid_event = schemas::number_member(*object, "invalid-event-number");
  return out;
}

Explained<std::set<std::uint64_t>> read_hec_acks(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return object.error();
  const json::object* const acks = schemas::object_member(*object, "acks");
  if (acks == nullptr) return Failure{Errc::corrupt, "no acks in it"};
  std::set<std::uint64_t> out;
  for (const auto& [name, value] : *acks) {
    std::uint64_t id = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, wrong] = std::from_chars(name.data(), end, id);
    if (wrong != std::errc() || stop != end) return Failure{Errc::corrupt, "an id of it is none"};
    if (value.is_bool() && value.get_bool()) out.insert(id);
  }
  return out;
}

}  // namespace waybill::stream
