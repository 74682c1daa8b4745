#include "tests/support/event_tree.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <vector>

#include "runtime/check.h"
#include "schemas/field_shape.h"
#include "schemas/ids.h"

namespace waybill::tests {
namespace {

using namespace schemas;  // NOLINT: all of this speaks of them

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string hex(std::string_view octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto octet = static_cast<std::uint8_t>(c);
    text.push_back(kDigits[octet >> 4]);
    text.push_back(kDigits[octet & 0x0F]);
  }
  return text;
}

json::object written(const Message& message);

// One value of a field: the field's own, or its element at `index`.
class Value {
 public:
  Value(const Message& message, const FieldDescriptor& field, int index)
      : message_(message), field_(field), index_(index), fields_(*message.GetReflection()) {}

  json::value to_json() const {
    switch (shape_of(field_)) {
      case FieldShape::text: return json::value(octets());
      case FieldShape::boolean: return get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
      case FieldShape::number32: return get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
      case FieldShape::number64: return number64();
      case FieldShape::fraction: return fraction();
      // An id of another length was written by no Waybill; it is shown rather than lost.
      case FieldShape::uuid:
        return json::value(octets().size() == kUuidOctets ? uuid_text(octets()) : hex(octets()));
      case FieldShape::hex: return json::value(hex(octets()));
      case FieldShape::time: return json::value(rfc3339(wall_time(number64())));
      case FieldShape::word: return word();
      case FieldShape::message: return written(submessage());
      case FieldShape::unsupported: break;
    }
    runtime::check(false, "event.proto uses only types that have a shape");
    return nullptr;
  }

 private:
  template <class T>
  T get(T (Reflection::*one)(const Message&, const FieldDescriptor*) const,
        T (Reflection::*of_many)(const Message&, const FieldDescriptor*, int) const) const {
    if (!field_.is_repeated()) return (fields_.*one)(message_, &field_);
    return (fields_.*of_many)(message_, &field_, index_);
  }

  std::uint64_t number64() const {
    return get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
  }

  std::string octets() const { return get(&Reflection::GetString, &Reflection::GetRepeatedString); }

  // JSON has no word for infinity or for what is no number.
  json::value fraction() const {
    const double number = get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
    return std::isfinite(number) ? json::value(number) : json::value(nullptr);
  }

  json::value word() const {
    const int number = get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
    const auto* value = field_.enum_type()->FindValueByNumber(number);
    return value != nullptr ? json::value(schemas::word_of(*value)) : json::value(number);
  }

  const Message& submessage() const {
    return field_.is_repeated() ? fields_.GetRepeatedMessage(message_, &field_, index_)
                                : fields_.GetMessage(message_, &field_);
  }

  const Message& message_;
  const FieldDescriptor& field_;
  const int index_;
  const Reflection& fields_;
};

json::array written_list(const Message& message, const FieldDescriptor& field) {
  json::array list;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) list.push_back(Value(message, field, i).to_json());
  return list;
}

json::object written(const Message& message) {
  json::object object;
  std::vector<const FieldDescriptor*> present;
  message.GetReflection()->ListFields(message, &present);
  for (const FieldDescriptor* field : present) {
    json::value value = field->is_repeated() ? json::value(written_list(message, *field))
                                             : Value(message, *field, 0).to_json();
    if (!value.is_null()) object.emplace(field->name(), std::move(value));
  }
  return object;
}

}  // namespace

json::object event_tree(const Event& event) {
  json::object object;
  object.emplace("kind", kind_of(event));
  for (auto& [name, value] : written(event)) object.emplace(name, std::move(value));
  return object;
}

}  // namespace waybill::tests
