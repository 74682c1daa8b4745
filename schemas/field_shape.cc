#include "schemas/field_shape.h"

#include <algorithm>

namespace waybill::schemas {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kUnspecified = "UNSPECIFIED";

bool names_a_time(std::string_view name) {
  return name.ends_with("_at") || name.ends_with("_date") || name.ends_with("_until") ||
         name == "as_of";
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t prefix_octets(const EnumDescriptor& words) {
  const std::string_view zero = words.FindValueByNumber(0)->name();
  return zero.ends_with(kUnspecified) ? zero.size() - kUnspecified.size() : 0;
}

}  // namespace

FieldShape shape_of(const FieldDescriptor& field) {
  if (field.is_map()) return FieldShape::unsupported;
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING: return FieldShape::text;
    case FieldDescriptor::TYPE_BOOL: return FieldShape::boolean;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32: return FieldShape::number32;
    case FieldDescriptor::TYPE_UINT64: return FieldShape::number64;
    case FieldDescriptor::TYPE_FIXED64:
      return names_a_time(field.name()) ? FieldShape::time : FieldShape::number64;
    case FieldDescriptor::TYPE_DOUBLE: return FieldShape::fraction;
    case FieldDescriptor::TYPE_BYTES:
      return std::string_view(field.name()).ends_with("_id") ? FieldShape::uuid : FieldShape::hex;
    case FieldDescriptor::TYPE_ENUM: return FieldShape::word;
    case FieldDescriptor::TYPE_MESSAGE: return FieldShape::message;
    default: return FieldShape::unsupported;
  }
}

std::string word_of(const EnumValueDescriptor& value) {
  std::string word = value.name().substr(prefix_octets(*value.type()));
  std::transform(word.begin(), word.end(), word.begin(), lower);
  return word;
}

std::string word_of(const EnumDescriptor& words, int number) {
  const EnumValueDescriptor* const value = words.FindValueByNumber(number);
  return number == 0 || value == nullptr ? std::string() : word_of(*value);
}

const EnumValueDescriptor* value_of_word(const EnumDescriptor& words, std::string_view word) {
  for (int i = 0; i < words.value_count(); ++i) {
    const EnumValueDescriptor& value = *words.value(i);
    if (value.number() != 0 && word_of(value) == word) return &value;
  }
  return nullptr;
}

}  // namespace waybill::schemas
