#include "stream/transport/otlp_answer.h"

#include <boost/json/object.hpp>
#include <charconv>
#include <optional>

#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::stream {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

// 64 bits are a text in the JSON of protobuf, and a number where a writer is lax.
std::optional<std::uint64_t> count_of(const json::object& object, std::string_view name) {
  if (object.if_contains(name) == nullptr) return 0;
  if (const auto number = schemas::number_member(object, name)) return number;
  const std::string_view text = schemas::text_member(object, name);
  std::uint64_t out = 0;
  const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (wrong != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Explained<OtlpAnswer> read_otlp_answer(std::string_view text) {
  if (text.empty()) return OtlpAnswer{};
  const auto value = schemas::parse_strict_json(text);
  if (!value) return Failure{Errc::corrupt, "no JSON: " + value.error().why};
  if (!value->is_object()) return Failure{Errc::corrupt, "no object"};
  const json::object* const partial = schemas::object_member(value->as_object(), "partialSuccess");
  if (partial == nullptr) return OtlpAnswer{};
  const auto rejected = count_of(*partial, "rejectedLogRecords");
  if (!rejected) return Failure{Errc::corrupt, "its rejectedLogRecords are no number"};
  return OtlpAnswer{.rejected = *rejected,
                    .words = std::string(schemas::text_member(*partial, "errorMessage"))};
}

std::string read_otlp_error(std::string_view text) {
  const auto value = schemas::parse_strict_json(text);
  if (!value || !value->is_object()) return {};
  return std::string(schemas::text_member(value->as_object(), "message"));
}

}  // namespace waybill::stream
