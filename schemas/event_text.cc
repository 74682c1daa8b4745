#include "schemas/event_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

#include "runtime/check.h"
#include "schemas/field_shape.h"
#include "schemas/ids.h"

namespace waybill::schemas {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kHexDigits[] = "0123456789abcdef";

struct MessageForm;

// protobuf's wire types.
enum class WireType : unsigned {
  varint = 0,
  fixed64 = 1,
  octets = 2,
  group_start = 3,
  group_end = 4,
  fixed32 = 5
};

// A field, and how it is written.
struct FieldForm {
  const FieldDescriptor* field = nullptr;
  WireType wire = WireType::varint;
  FieldShape shape = FieldShape::unsupported;
  std::string key;                   // "\"alias\":"
  std::map<int, std::string> words;  // of an enum
  const MessageForm* message = nullptr;
};

struct MessageForm {
  std::vector<FieldForm> fields;  // by number
  std::vector<int> places;        // in `fields`, by number; -1: there is none

  // nullptr: there is none of that number.
  const FieldForm* find(int number) const {
    if (number < 0 || static_cast<std::size_t>(number) >= places.size()) return nullptr;
    const int place = places[static_cast<std::size_t>(number)];
    return place < 0 ? nullptr : &fields[static_cast<std::size_t>(place)];
  }
};

WireType wire_type_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return WireType::fixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return WireType::fixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE: return WireType::octets;
    case FieldDescriptor::TYPE_GROUP: return WireType::group_start;
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_ENUM: return WireType::varint;
  }
  return WireType::varint;
}

// Of Event and of all that it is made of, once.
class Forms {
 public:
  static const Forms& all() {
    static const Forms forms;
    return forms;
  }
  const MessageForm& of(const Descriptor& message) const { return *forms_.at(&message); }

 private:
  Forms() { make(*Event::descriptor()); }

  const MessageForm* make(const Descriptor& message) {
    auto& form = forms_[&message];
    if (form) return form.get();
    form = std::make_unique<MessageForm>();
    MessageForm& out = *form;
    std::map<int, const FieldDescriptor*> by_number;
    for (int i = 0; i < message.field_count(); ++i) {
      by_number[message.field(i)->number()] = message.field(i);
    }
    for (const auto& [number, field] : by_number) {
      out.places.resize(static_cast<std::size_t>(number) + 1, -1);
      out.places.back() = static_cast<int>(out.fields.size());
      out.fields.push_back(form_of(*field));
    }
    return &out;
  }

  FieldForm form_of(const FieldDescriptor& field) {
    FieldForm out;
    out.field = &field;
    out.wire = wire_type_of(field);
    out.shape = shape_of(field);
    runtime::check(out.shape != FieldShape::unsupported,
                   "event.proto uses only types that have a shape");
    // Packed numbers would be several values in one (Wire).
    runtime::check(
        !field.is_repeated() || out.shape == FieldShape::message || out.shape == FieldShape::text,
        "a list of event.proto is of texts or of messages");
    out.key = "\"" + field.name() + "\":";
    if (out.shape == FieldShape::message) out.message = make(*field.message_type());
    if (out.shape == FieldShape::word) {
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        const auto& value = *field.enum_type()->value(i);
        out.words.emplace(value.number(), word_of(value));
      }
    }
    return out;
  }

  std::map<const Descriptor*, std::unique_ptr<MessageForm>> forms_;
};

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_hex(std::string& out, std::string_view octets) {
  const std::size_t before = out.size();
  out.resize(before + 2 * octets.size());
  char* place = out.data() + before;
  for (const char c : octets) {
    const auto octet = static_cast<std::uint8_t>(c);
    *place++ = kHexDigits[octet >> 4];
    *place++ = kHexDigits[octet & 0x0f];
  }
}

enum class Quotes { with, without };

void append_text(std::string& out, std::string_view text, Quotes quotes) {
  if (quotes == Quotes::with) {
    append_json_string(out, text);
  } else {
    out += text;
  }
}

// What needs no escape.
template <class Append>
void append_quoted(std::string& out, Quotes quotes, Append append) {
  if (quotes == Quotes::with) out.push_back('"');
  append();
  if (quotes == Quotes::with) out.push_back('"');
}

void append_word(std::string& out, const FieldForm& form, int number, Quotes quotes) {
  const auto word = form.words.find(number);
  if (word == form.words.end()) {
    append_number(out, number);
  } else {
    append_quoted(out, quotes, [&] { out += word->second; });
  }
}

// False: JSON has no word for it, and nothing was written.
bool append_fraction(std::string& out, double number) {
  if (!std::isfinite(number)) return false;
  out += boost::json::serialize(boost::json::value(number));
  return true;
}

// Of text, uuid and hex.
void append_octets(std::string& out, const FieldForm& form, std::string_view octets,
                   Quotes quotes) {
  if (form.shape == FieldShape::text) return append_text(out, octets, quotes);
  append_quoted(out, quotes, [&] {
    // An id of another length was written by no Waybill; it is shown rather than lost.
    if (form.shape == FieldShape::uuid && octets.size() == kUuidOctets) {
      out += uuid_text(octets);
    } else {
      append_hex(out, octets);
    }
  });
}

// Of boolean, numbers, time, word and fraction, from its bits. False: nothing was written.
bool append_bits(std::string& out, const FieldForm& form, std::uint64_t bits, Quotes quotes) {
  switch (form.shape) {
    case FieldShape::boolean: out += bits != 0 ? "true" : "false"; return true;
    case FieldShape::number32: append_number(out, static_cast<std::uint32_t>(bits)); return true;
    case FieldShape::number64: append_number(out, bits); return true;
    case FieldShape::fraction: return append_fraction(out, std::bit_cast<double>(bits));
    case FieldShape::time:
      append_quoted(out, quotes, [&] { out += rfc3339(wall_time(bits)); });
      return true;
    case FieldShape::word: append_word(out, form, static_cast<int>(bits), quotes); return true;
    case FieldShape::text:
    case FieldShape::uuid:
    case FieldShape::hex:
    case FieldShape::message:
    case FieldShape::unsupported: break;
  }
  return false;
}

// What an event serialises to, field by field (protobuf's wire format): for what is written whole
// this is a third of the work that reflection is. It is our own serialisation of a moment ago, and
// so well-formed, each field's elements beside each other. What an event carries unknown stands in
// it too, behind what is known: groups, and our own numbers with another wire type than ours.
class Wire {
 public:
  explicit Wire(std::string_view octets) : at_(octets.data()), end_(at_ + octets.size()) {}

  // To the next field; its value is read or skipped then. False: there is none.
  bool next() {
    if (at_ >= end_) return false;
    const std::uint64_t tag = varint();
    type_ = static_cast<WireType>(tag & 7);
    number_ = static_cast<int>(tag >> 3);
    return true;
  }
  int number() const { return number_; }
  WireType type() const { return type_; }
  std::string_view octets() {
    const std::size_t size = std::min<std::size_t>(varint(), static_cast<std::size_t>(end_ - at_));
    const std::string_view out(at_, size);
    at_ += size;
    return out;
  }
  std::uint64_t bits() {
    if (type_ == WireType::varint) return varint();
    return fixed(type_ == WireType::fixed64 ? 8 : 4);
  }
  void skip() {
    // Groups may stand in groups.
    std::size_t open = 0;
    do {
      switch (type_) {
        case WireType::octets: octets(); break;
        case WireType::group_start: ++open; break;
        case WireType::group_end: --open; break;
        case WireType::varint:
        case WireType::fixed64:
        case WireType::fixed32: bits(); break;
      }
    } while (open > 0 && next());
  }

 private:
  std::uint64_t varint() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; at_ < end_ && shift < 64; shift += 7) {
      const auto octet = static_cast<std::uint8_t>(*at_++);
      out |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    return out;
  }
  std::uint64_t fixed(unsigned octets) {
    std::uint64_t out = 0;
    for (unsigned i = 0; i < octets && at_ < end_; ++i) {
      out |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(*at_++)) << (8 * i);
    }
    return out;
  }

  const char* at_;
  const char* const end_;
  int number_ = 0;
  WireType type_ = WireType::varint;
};

// `but`: the number of a field that is left out; 0: none.
void append_members(std::string& out, std::string_view octets, const MessageForm& form,
                    int but = 0);

// The value that comes next. False: nothing was written.
bool append_next(std::string& out, Wire& wire, const FieldForm& form) {
  if (form.wire != WireType::octets) return append_bits(out, form, wire.bits(), Quotes::with);
  const std::string_view octets = wire.octets();
  if (form.message == nullptr) {
    append_octets(out, form, octets, Quotes::with);
    return true;
  }
  out.push_back('{');
  append_members(out, octets, *form.message);
  out.push_back('}');
  return true;
}

// The field that the wire is at, with all its elements. False: the wire is at its end.
bool append_field(std::string& out, Wire& wire, const FieldForm& form) {
  const std::size_t before = out.size();
  const bool list = form.field->is_repeated();
  if (out.back() != '{') out.push_back(',');
  out += form.key;
  if (list) out.push_back('[');
  bool written = false;
  bool more = true;
  while (more && wire.number() == form.field->number() && wire.type() == form.wire) {
    if (list && out.back() != '[') out.push_back(',');
    written = append_next(out, wire, form);
    more = wire.next();
  }
  if (list) {
    out.push_back(']');
  } else if (!written) {
    out.resize(before);
  }
  return more;
}

// A comma stands before each but the first member of its object.
void append_members(std::string& out, std::string_view octets, const MessageForm& form, int but) {
  Wire wire(octets);
  bool more = wire.next();
  while (more) {
    const FieldForm* const field = wire.number() == but ? nullptr : form.find(wire.number());
    if (field != nullptr && wire.type() == field->wire) {
      more = append_field(out, wire, *field);
    } else {
      wire.skip();  // a newer writer's, or left out
      more = wire.next();
    }
  }
}

// One value of a field that has one, by reflection.
void append_one(std::string& out, const Message& message, const FieldForm& form) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* const field = form.field;
  std::string scratch;
  switch (form.shape) {
    case FieldShape::text:
    case FieldShape::uuid:
    case FieldShape::hex:
      append_octets(out, form, reflection.GetStringReference(message, field, &scratch),
                    Quotes::without);
      return;
    case FieldShape::boolean:
      append_bits(out, form, reflection.GetBool(message, field) ? 1 : 0, Quotes::without);
      return;
    case FieldShape::number32:
      append_bits(out, form, reflection.GetUInt32(message, field), Quotes::without);
      return;
    case FieldShape::number64:
    case FieldShape::time:
      append_bits(out, form, reflection.GetUInt64(message, field), Quotes::without);
      return;
    case FieldShape::fraction: append_fraction(out, reflection.GetDouble(message, field)); return;
    case FieldShape::word:
      append_word(out, form, reflection.GetEnumValue(message, field), Quotes::without);
      return;
    case FieldShape::message: {
      out.push_back('{');
      append_members(out, reflection.GetMessage(message, field).SerializeAsString(), *form.message);
      out.push_back('}');
      return;
    }
    case FieldShape::unsupported: return;
  }
}

// RFC 8259 7: what must not stand as it is.
constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

char* write_escape(char c, char* at) {
  *at++ = '\\';
  switch (c) {
    case '"':
    case '\\': *at++ = c; return at;
    case '\b': *at++ = 'b'; return at;
    case '\f': *at++ = 'f'; return at;
    case '\n': *at++ = 'n'; return at;
    case '\r': *at++ = 'r'; return at;
    case '\t': *at++ = 't'; return at;
    default: break;
  }
  for (const char digit : {'u', '0', '0'}) *at++ = digit;
  *at++ = kHexDigits[static_cast<unsigned char>(c) >> 4];
  *at++ = kHexDigits[static_cast<unsigned char>(c) & 0x0f];
  return at;
}

// Whether any of eight octets needs an escape, which is rare; it may say so of others too, never
// the other way round.
bool may_need_escape(std::uint64_t octets) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  const auto below = [](std::uint64_t eight, std::uint64_t n) {
    return (eight - kEach * n) & ~eight & kHigh;
  };
  const auto has = [&](char c) {
    return below(octets ^ (kEach * static_cast<unsigned char>(c)), 1);
  };
  return (below(octets, 0x20) | has('"') | has('\\')) != 0;
}

// Where from `from` on an octet needs an escape; the text's end: nowhere.
std::size_t next_escape(std::string_view text, std::size_t from) {
  std::size_t at = from;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t octets = 0;
    std::memcpy(&octets, text.data() + at, sizeof octets);
    if (may_need_escape(octets)) break;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

const FieldForm* find_field(const MessageForm& form, std::string_view name) {
  for (const FieldForm& one : form.fields) {
    if (one.field->name() == name) return &one;
  }
  return nullptr;
}

// From the message on to the value; empty: that message has no such field.
using Way = std::vector<const FieldForm*>;

Way way_of(const MessageForm& form, std::string_view path) {
  Way out;
  for (const MessageForm* at = &form; at != nullptr;) {
    const std::size_t dot = path.find('.');
    const FieldForm* const field = find_field(*at, path.substr(0, dot));
    if (field == nullptr) return {};
    out.push_back(field);
    if (dot == path.npos) return out;
    path.remove_prefix(dot + 1);
    at = field->message;
  }
  return {};
}

void append_at(std::string& out, const Message& start, const Way& way) {
  const Message* message = &start;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const Reflection& reflection = *message->GetReflection();
    const FieldForm& form = *way[i];
    if (form.field->is_repeated() || !reflection.HasField(*message, form.field)) return;
    if (i + 1 < way.size()) {
      message = &reflection.GetMessage(*message, form.field);
    } else if (!form.field->is_repeated()) {
      append_one(out, *message, form);
    }
  }
}

}  // namespace

char* write_json_string(std::string_view text, char* at) {
  *at++ = '"';
  for (std::size_t plain = 0;;) {
    const std::size_t end = next_escape(text, plain);
    at = std::copy(text.begin() + plain, text.begin() + end, at);
    if (end == text.size()) break;
    at = write_escape(text[end], at);
    plain = end + 1;
  }
  *at++ = '"';
  return at;
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t plain = 0;;) {
    const std::size_t end = next_escape(text, plain);
    out.append(text.substr(plain, end - plain));
    if (end == text.size()) break;
    std::array<char, 6> escape;
    out.append(escape.data(), write_escape(text[end], escape.data()));
    plain = end + 1;
  }
  out.push_back('"');
}

void append_json(std::string& out, const Event& event, const std::optional<EventPlace>& place) {
  out += R"({"kind":")";
  out += kind_of(event);
  out.push_back('"');
  // It has the room of the largest event before: no memory is asked for on the way.
  thread_local std::string octets;
  octets.clear();
  event.AppendToString(&octets);
  append_members(out, octets, Forms::all().of(*Event::descriptor()),
                 place ? Event::kPartitionFieldNumber : 0);
  if (place) {
    out += R"(,"partition":)";
    append_number(out, place->partition);
    out += R"(,"index":)";
    append_number(out, place->index.value());
  }
  out.push_back('}');
}

std::string to_json(const Event& event) {
  std::string out;
  append_json(out, event);
  return out;
}

struct EventColumns::Plan {
  struct Column {
    bool is_kind = false;
    Way of_event{};
    std::map<int, Way> of_body{};  // by Event::BodyCase
  };
  std::vector<Column> columns;
};

EventColumns::EventColumns(const std::vector<std::string>& paths)
    : plan_([&] {
        constexpr std::string_view kBody = "body.";
        const MessageForm& event = Forms::all().of(*Event::descriptor());
        auto plan = std::make_unique<Plan>();
        for (const std::string& path : paths) {
          Plan::Column& column = plan->columns.emplace_back();
          column.is_kind = path == "kind";
          if (!path.starts_with(kBody)) column.of_event = way_of(event, path);
          for (const FieldForm& body : event.fields) {
            if (!path.starts_with(kBody) || body.field->real_containing_oneof() == nullptr)
              continue;
            Way way = way_of(*body.message, path.substr(kBody.size()));
            if (!way.empty()) column.of_body.emplace(body.field->number(), std::move(way));
          }
          runtime::check(column.is_kind || !column.of_event.empty() || !column.of_body.empty(),
                         "a column is of a field that there is");
        }
        return plan;
      }()) {}

EventColumns::~EventColumns() = default;

void EventColumns::read(const Event& event, std::vector<std::string>& out) const {
  out.resize(plan_->columns.size());
  const int body_case = event.body_case();
  const FieldDescriptor* const field =
      body_case == 0 ? nullptr : Event::descriptor()->FindFieldByNumber(body_case);
  const Message* const body =
      field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Plan::Column& column = plan_->columns[i];
    out[i].clear();
    if (column.is_kind) {
      out[i] = kind_of(event);
    } else if (!column.of_event.empty()) {
      append_at(out[i], event, column.of_event);
    } else if (const auto way = column.of_body.find(body_case);
               body != nullptr && way != column.of_body.end()) {
      append_at(out[i], *body, way->second);
    }
  }
}

}  // namespace waybill::schemas
