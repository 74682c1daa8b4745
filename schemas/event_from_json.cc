#include <boost/json/object.hpp>

#include "runtime/check.h"
#include "schemas/event.h"
#include "schemas/field_shape.h"
#include "schemas/ids.h"
#include "schemas/strict_json.h"

namespace waybill::schemas {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return make_error_code(Errc::invalid);
  std::string octets;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return make_error_code(Errc::invalid);
    octets.push_back(static_cast<char>(high << 4 | low));
  }
  return octets;
}

// Reads an object into a message. After a fault why() has the path to it and what was expected:
// "accepted.targets[1].delivery_id: expected a hyphenated UUID".
class Reader {
 public:
  bool read(const json::object& object, Message& message) {
    for (const auto& [key, value] : object) {
      const std::string name(key);
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
      const bool well =
          field == nullptr ? expected("no such name") : read_field(value, message, *field);
      if (!well) return in(name);
    }
    return true;
  }

  const std::string& why() const { return why_; }

 private:
  bool expected(std::string_view what) {
    why_ = ": ";
    why_ += what;
    return false;
  }

  bool in(const std::string& name) {
    const bool leads_on = why_.front() != ':' && why_.front() != '[';
    why_.insert(0, leads_on ? name + '.' : name);
    return false;
  }

  bool read_field(const json::value& value, Message& message, const FieldDescriptor& field) {
    const auto* oneof = field.real_containing_oneof();
    if (oneof != nullptr && message.GetReflection()->HasOneof(message, oneof)) {
      return expected("an event has one body");
    }
    if (!field.is_repeated()) return read_value(value, message, field);
    if (!value.is_array()) return expected("expected an array");
    const json::array& list = value.get_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!read_value(list[i], message, field)) return in('[' + std::to_string(i) + ']');
    }
    return true;
  }

  bool read_value(const json::value& value, Message& message, const FieldDescriptor& field) {
    const Reflection& fields = *message.GetReflection();
    switch (shape_of(field)) {
      case FieldShape::boolean: {
        if (!value.is_bool()) return expected("expected true or false");
        return put(message, field, value.get_bool(), &Reflection::SetBool, &Reflection::AddBool);
      }
      case FieldShape::number32: return read_number32(value, message, field);
      case FieldShape::number64: return read_number64(value, message, field);
      case FieldShape::fraction: {
        if (!value.is_number()) return expected("expected a number");
        return put(message, field, value.to_number<double>(), &Reflection::SetDouble,
                   &Reflection::AddDouble);
      }
      case FieldShape::word: return read_word(value, message, field);
      case FieldShape::message: {
        if (!value.is_object()) return expected("expected an object");
        Message& inner = field.is_repeated() ? *fields.AddMessage(&message, &field)
                                             : *fields.MutableMessage(&message, &field);
        return read(value.get_object(), inner);
      }
      case FieldShape::text:
      case FieldShape::uuid:
      case FieldShape::hex:
      case FieldShape::time: {
        if (!value.is_string()) return expected("expected a string");
        return read_text(view(value.get_string()), message, field);
      }
      case FieldShape::unsupported: break;
    }
    runtime::check(false, "event.proto uses only types that have a shape");
    return false;
  }

  bool read_number32(const json::value& value, Message& message, const FieldDescriptor& field) {
    if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > UINT32_MAX) {
      return expected("expected a whole number below 2^32");
    }
    return put(message, field, static_cast<std::uint32_t>(value.get_int64()),
               &Reflection::SetUInt32, &Reflection::AddUInt32);
  }

  bool read_number64(const json::value& value, Message& message, const FieldDescriptor& field) {
    const bool small = value.is_int64() && value.get_int64() >= 0;
    if (!small && !value.is_uint64()) return expected("expected a whole number below 2^64");
    return put_number64(message, field, value.to_number<std::uint64_t>());
  }

  // A number stands for a value that this reader has no word for.
  bool read_word(const json::value& value, Message& message, const FieldDescriptor& field) {
    const google::protobuf::EnumDescriptor& words = *field.enum_type();
    if (value.is_string()) {
      const auto* known = value_of_word(words, view(value.get_string()));
      if (known == nullptr) return expected("no such word");
      return put_word(message, field, known->number());
    }
    if (!value.is_int64() || value.get_int64() < INT32_MIN || value.get_int64() > INT32_MAX ||
        words.FindValueByNumber(static_cast<int>(value.get_int64())) != nullptr) {
      return expected("expected a word");
    }
    return put_word(message, field, static_cast<int>(value.get_int64()));
  }

  bool read_text(std::string_view text, Message& message, const FieldDescriptor& field) {
    switch (shape_of(field)) {
      case FieldShape::uuid: {
        const auto octets = parse_uuid(text);
        if (!octets) return expected("expected a hyphenated UUID");
        return put_octets(message, field, {octets->begin(), octets->end()});
      }
      case FieldShape::hex: {
        auto octets = unhex(text);
        if (!octets) return expected("expected pairs of hex digits");
        return put_octets(message, field, std::move(*octets));
      }
      case FieldShape::time: {
        const auto time = parse_rfc3339(text);
        if (!time) return expected("expected a time of RFC 3339");
        return put_number64(message, field, nanoseconds(*time));
      }
      default: return put_octets(message, field, std::string(text));
    }
  }

  bool put_number64(Message& message, const FieldDescriptor& field, std::uint64_t number) {
    return put(message, field, number, &Reflection::SetUInt64, &Reflection::AddUInt64);
  }
  bool put_word(Message& message, const FieldDescriptor& field, int number) {
    return put(message, field, number, &Reflection::SetEnumValue, &Reflection::AddEnumValue);
  }
  bool put_octets(Message& message, const FieldDescriptor& field, std::string octets) {
    return put(message, field, std::move(octets), &Reflection::SetString, &Reflection::AddString);
  }

  template <class T>
  bool put(Message& message, const FieldDescriptor& field, T value,
           void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
           void (Reflection::*add)(Message*, const FieldDescriptor*, T) const) {
    const Reflection& fields = *message.GetReflection();
    (fields.*(field.is_repeated() ? add : set))(&message, &field, std::move(value));
    return true;
  }

  std::string why_;
};

Failure refused(std::string why) { return {Errc::invalid, std::move(why)}; }

}  // namespace

Explained<Event> event_from_json(std::string_view json) {
  auto parsed = parse_strict_json(json);
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return refused("expected an object");
  json::object& object = parsed->get_object();

  const json::value* kind = object.if_contains("kind");
  if (kind == nullptr || !kind->is_string()) return refused("kind: expected a string");
  const std::string named(view(kind->get_string()));
  object.stable_erase("kind");

  Event event;
  Reader reader;
  if (!reader.read(object, event)) return refused(reader.why());
  if (event.body_case() == Event::BODY_NOT_SET) return refused(named + ": no such body");
  if (kind_of(event) != named) return refused("kind: the body is of another kind");
  return event;
}

}  // namespace waybill::schemas
