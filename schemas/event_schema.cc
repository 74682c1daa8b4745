#include "schemas/event_schema.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "runtime/check.h"
#include "schemas/event.h"
#include "schemas/field_shape.h"
#include "schemas/kind.h"

namespace waybill::schemas {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

std::string schema_name(const Descriptor& message) {
  return &message == Event::descriptor() ? "Event" : "Event" + std::string(message.name());
}

json::object one_of(json::array words) { return {{"type", "string"}, {"enum", std::move(words)}}; }

json::object schema_of_words(const EnumDescriptor& words) {
  json::array known;
  for (int i = 0; i < words.value_count(); ++i) {
    if (words.value(i)->number() != 0) known.emplace_back(word_of(*words.value(i)));
  }
  return one_of(std::move(known));
}

class Schemas {
 public:
  explicit Schemas(std::string_view at) : at_(at) {}

  void add(const Descriptor& message) {
    const std::string name = schema_name(message);
    if (out.contains(name)) return;
    // Its place is taken before its parts ask for it.
    out[name] = nullptr;
    json::object properties;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      properties[field.name()] = field.is_repeated()
                                     ? json::object{{"type", "array"}, {"items", of_value(field)}}
                                     : of_value(field);
    }
    out[name] = json::object{{"type", "object"}, {"properties", std::move(properties)}};
  }

  json::object out;

 private:
  json::object of_value(const FieldDescriptor& field) {
    switch (shape_of(field)) {
      case FieldShape::text: return {{"type", "string"}};
      case FieldShape::boolean: return {{"type", "boolean"}};
      case FieldShape::number32: return {{"type", "integer"}, {"minimum", 0}, {"maximum", kMost32}};
      case FieldShape::number64: return {{"type", "integer"}, {"minimum", 0}};
      case FieldShape::fraction: return {{"type", "number"}};
      case FieldShape::uuid: return {{"type", "string"}, {"format", "uuid"}};
      case FieldShape::hex: return {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}};
      case FieldShape::time: return {{"type", "string"}, {"format", "date-time"}};
      case FieldShape::word: return of_word(*field.enum_type());
      case FieldShape::message:
        add(*field.message_type());
        return {{"$ref", at_ + schema_name(*field.message_type())}};
      case FieldShape::unsupported: break;
    }
    runtime::check(false, "event.proto uses only types that have a shape");
    return {};
  }

  // A number is the word of a newer writer.
  json::object of_word(const EnumDescriptor& words) {
    const std::string name = "Event" + std::string(words.name());
    if (!out.contains(name)) out[name] = schema_of_words(words);
    return {{"anyOf",
             json::array{json::object{{"$ref", at_ + name}}, json::object{{"type", "integer"}}}}};
  }

  const std::string at_;
};

}  // namespace

json::object event_schemas(std::string_view at) {
  Schemas schemas(at);
  schemas.add(*Event::descriptor());
  json::array kinds;
  for (const KindTraits& kind : kKinds) kinds.emplace_back(kind.word);
  auto& event = schemas.out.at("Event").as_object();
  event.at("properties").as_object()["kind"] =
      json::object{{"$ref", std::string(at) + "EventKind"}};
  event["required"] = json::array{"kind", "event_id", "occurred_at"};
  schemas.out["EventKind"] = one_of(std::move(kinds));
  return std::move(schemas.out);
}

}  // namespace waybill::schemas
