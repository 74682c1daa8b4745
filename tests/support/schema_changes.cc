#include "tests/support/schema_changes.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

namespace waybill::tests {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::EnumValueDescriptorProto;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

// Every message and enum of a set, however deep, under its full name.
struct Types {
  std::map<std::string, const DescriptorProto*> messages;
  std::map<std::string, const EnumDescriptorProto*> enums;

  void add(const std::string& scope, const DescriptorProto& message) {
    const std::string name = scope + message.name();
    messages[name] = &message;
    for (const auto& inner : message.nested_type()) add(name + '.', inner);
    for (const auto& inner : message.enum_type()) enums[name + '.' + inner.name()] = &inner;
  }
  void add(const FileDescriptorProto& file) {
    const std::string scope = file.package().empty() ? "" : file.package() + '.';
    for (const auto& message : file.message_type()) add(scope, message);
    for (const auto& words : file.enum_type()) enums[scope + words.name()] = &words;
  }
};

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string with_number(const std::string& name, std::int64_t number) {
  return name + " (" + std::to_string(number) + ")";
}

// protoc leaves the older one out.
std::string syntax(const FileDescriptorProto& file) {
  return file.syntax().empty() ? "proto2" : file.syntax();
}

// "repeated string", "optional waybill.events.v1.Tls in oneof body": all that octets are read by.
std::string shape(const DescriptorProto& message, const FieldDescriptorProto& field) {
  std::string out;
  if (field.label() == FieldDescriptorProto::LABEL_REPEATED) out = "repeated ";
  if (field.label() == FieldDescriptorProto::LABEL_REQUIRED) out = "required ";
  if (field.proto3_optional()) out = "optional ";
  out += field.has_type_name()
             ? field.type_name().substr(1)
             : FieldDescriptor::TypeName(static_cast<FieldDescriptor::Type>(field.type()));
  // protoc wraps each optional field in a oneof of its own.
  if (field.has_oneof_index() && !field.proto3_optional()) {
    out += " in oneof " + message.oneof_decl(field.oneof_index()).name();
  }
  return out;
}

// Whether [begin, end) is reserved. protoc keeps ranges apart, but they may touch.
template <class Ranges>
bool reserves(const Ranges& ranges, std::int64_t begin, std::int64_t end, std::int64_t end_is_in) {
  for (bool moved = true; begin < end && moved;) {
    moved = false;
    for (const auto& range : ranges) {
      if (range.start() > begin || range.end() + end_is_in <= begin) continue;
      begin = range.end() + end_is_in;
      moved = true;
    }
  }
  return begin >= end;
}

bool reserves(const DescriptorProto& message, std::int64_t begin, std::int64_t end) {
  return reserves(message.reserved_range(), begin, end, 0);
}
// The ranges of an enum hold their end (descriptor.proto, EnumReservedRange).
bool reserves(const EnumDescriptorProto& words, std::int64_t begin, std::int64_t end) {
  return reserves(words.reserved_range(), begin, end, 1);
}

template <class Type>
bool reserves(const Type& type, const std::string& name) {
  const auto& names = type.reserved_name();
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Items>
auto named(const Items& items, const std::string& name) -> decltype(&*items.begin()) {
  for (const auto& item : items) {
    if (item.name() == name) return &item;
  }
  return nullptr;
}

template <class Items>
auto numbered(const Items& items, std::int64_t number) -> decltype(&*items.begin()) {
  for (const auto& item : items) {
    if (item.number() == number) return &item;
  }
  return nullptr;
}

class Comparison {
 public:
  explicit Comparison(const FileDescriptorSet& today) : today_(today) {
    for (const auto& file : today.file()) now_.add(file);
  }

  void file(const FileDescriptorProto& before) {
    if (const auto* const now = named(today_.file(), before.name())) {
      if (now->package() != before.package()) {
        say(before.name() + ": the package was " + before.package() + " and is " + now->package() +
            ": every type has another name now; leave it, and put what is new in a file of its "
            "own");
        return;
      }
      if (now->syntax() != before.syntax()) {
        say(before.name() + ": the syntax was " + syntax(before) + " and is " + syntax(*now) +
            ": presence and enums mean something else there; leave it");
      }
    }
    Types types;
    types.add(before);
    for (const auto& [name, type] : types.messages) message(name, *type);
    for (const auto& [name, type] : types.enums) words(name, *type);
  }

  std::vector<std::string> complaints() && { return std::move(complaints_); }

 private:
  void say(std::string sentence) { complaints_.push_back(std::move(sentence)); }

  void message(const std::string& name, const DescriptorProto& before) {
    const auto found = now_.messages.find(name);
    if (found == now_.messages.end()) {
      // The entry of a map goes with its field, which is spoken of where it was.
      if (!before.options().map_entry()) gone("message", name);
      return;
    }
    const DescriptorProto& now = *found->second;
    for (const auto& each : before.field()) field(name, before, each, now);
    reservations(name, before, now, 0);
  }

  void field(const std::string& scope, const DescriptorProto& before,
             const FieldDescriptorProto& field, const DescriptorProto& message_now) {
    const std::string name = with_number(scope + '.' + field.name(), field.number());
    const auto* const now = numbered(message_now.field(), field.number());
    if (now == nullptr) {
      member_gone(name, field, message_now.field(), message_now);
      return;
    }
    const std::string was = shape(before, field);
    const std::string is = shape(message_now, *now);
    if (was != is) {
      say(name + " was " + in_quotes(was) + " and is " + in_quotes(is) +
          ": what is in logs was written as the former; give the latter a new number" +
          (now->name() == field.name() ? " and a name of its own" : "") +
          ", and keep or reserve this one");
    } else if (now->name() != field.name()) {
      say(name + " is called " + now->name() +
          " now: JSON and the code of others know it by its name; give it back, or reserve it and "
          "add the new one under a new number");
    } else if (now->json_name() != field.json_name()) {
      say(name + " was " + in_quotes(field.json_name()) + " in JSON and is " +
          in_quotes(now->json_name()) + ": readers of JSON miss it; take the json_name back");
    }
  }

  void words(const std::string& name, const EnumDescriptorProto& before) {
    const auto found = now_.enums.find(name);
    if (found == now_.enums.end()) {
      gone("enum", name);
      return;
    }
    for (const auto& each : before.value()) value(name, before, each, *found->second);
    reservations(name, before, *found->second, 1);
  }

  void value(const std::string& scope, const EnumDescriptorProto& before,
             const EnumValueDescriptorProto& value, const EnumDescriptorProto& words_now) {
    const auto* const now = named(words_now.value(), value.name());
    if (now != nullptr && now->number() == value.number()) return;
    const std::string name = with_number(scope + '.' + value.name(), value.number());
    const auto* const heir = numbered(words_now.value(), value.number());
    if (now == nullptr && heir != nullptr && named(before.value(), heir->name()) == nullptr) {
      say(name + " is called " + heir->name() +
          " now: JSON and the code of others know it by its name; give it back, and add a value "
          "under a new number if it means something new");
      return;
    }
    member_gone(name, value, words_now.value(), words_now);
  }

  // A field or a value that is not where it was.
  template <class Member, class Members, class Type>
  void member_gone(const std::string& name, const Member& before, const Members& members,
                   const Type& type) {
    const std::string number = std::to_string(before.number());
    if (const auto* const moved = named(members, before.name())) {
      say(name + " has the number " + std::to_string(moved->number()) +
          " now: what is in logs has the old one; give it " + number + " back");
      return;
    }
    std::string missing;
    if (!reserves(type, before.number(), std::int64_t{before.number()} + 1)) {
      missing = "`reserved " + number + ";`";
    }
    if (!reserves(type, before.name())) {
      missing +=
          std::string(missing.empty() ? "" : " and ") + "`reserved \"" + before.name() + "\";`";
    }
    if (missing.empty()) return;
    say(name + " is gone: write " + missing +
        " in its place, so that it never means anything else");
  }

  void gone(const std::string& what, const std::string& name) {
    say(what + ' ' + name +
        " is gone: logs hold it and others read it; put it back, and mark it deprecated if nothing "
        "writes it any more");
  }

  // What was once given up stays so.
  template <class Type>
  void reservations(const std::string& name, const Type& before, const Type& now,
                    std::int64_t end_is_in) {
    for (const auto& range : before.reserved_range()) {
      const std::int64_t end = range.end() + end_is_in;
      if (reserves(now, range.start(), end)) continue;
      const std::string last = end - 1 > range.start() ? " to " + std::to_string(end - 1) : "";
      say(name + " reserved " + std::to_string(range.start()) + last +
          " once: older logs may hold it; reserve it again, and take a new number");
    }
    for (const auto& word : before.reserved_name()) {
      if (reserves(now, word)) continue;
      say(name + " reserved " + in_quotes(word) +
          " once: others may still know it; reserve it again, and take a new name");
    }
  }

  const FileDescriptorSet& today_;
  Types now_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> breaking_changes(const FileDescriptorSet& released,
                                          const FileDescriptorSet& today) {
  Comparison comparison(today);
  for (const auto& file : released.file()) comparison.file(file);
  return std::move(comparison).complaints();
}

}  // namespace waybill::tests
