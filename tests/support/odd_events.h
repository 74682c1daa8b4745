// OddEvents: events of every shape, for what has to give each of them back; and records of them.
#pragma once

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "schemas/event.h"
#include "schemas/ids.h"
#include "schemas/record_identity.h"
#include "schemas/trace.h"

namespace waybill::tests {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using schemas::Event;

// An id made at kIdTime, in ms.
inline constexpr std::uint64_t kIdTime = 0x019ca9450a51;
inline constexpr std::string_view kId = "\x01\x9c\xa9\x45\x0a\x51tk\x12_____ng";
static_assert(kId.size() == 16);

// As a journal without an id has kept it.
inline std::string numbered(const Event& event, std::uint64_t node_seq) {
  std::string record = event.SerializeAsString();
  schemas::append_node_seq(record, node_seq);
  return record;
}
// As the journal keeps it (docs/data.md).
inline std::string identified(const Event& event, std::uint64_t node_seq, std::uint32_t journal) {
  std::string record = event.SerializeAsString();
  schemas::append_identity(record, node_seq, journal);
  return record;
}

// The same numbers for the same seed (SplitMix64).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

// Events of every shape, of few values: what one field says is often what another one says.
class OddEvents {
 public:
  explicit OddEvents(std::uint32_t seed) : chance_(seed) {}

  Event next() {
    Event event;
    fill(event);
    event.clear_left_out();
    if (one_in(2)) usual_ids(event);
    if (one_in(20)) {
      Message& inner = event.has_accepted() ? static_cast<Message&>(*event.mutable_accepted())
                                            : static_cast<Message&>(event);
      inner.GetReflection()->MutableUnknownFields(&inner)->AddVarint(900, 7);
    }
    return event;
  }

 private:
  bool one_in(unsigned n) { return chance_() % n == 0; }

  std::string text() {
    static const std::string kTexts[] = {"",
                                         "ann@origin.test",
                                         "shop@forward.test",
                                         "forward.test",
                                         "origin.test",
                                         "Ann <ann@origin.test>",
                                         "<ann@origin.test>",
                                         "origin.test has no SPF record",
                                         "\1",
                                         "SPF said none and no signature speaks for origin.test",
                                         "\1 has",
                                         "@",
                                         "<>",
                                         std::string(16, 'i'),
                                         std::string(kId)};
    return kTexts[chance_() % std::size(kTexts)];
  }

  void usual_ids(Event& event) {
    event.set_occurred_at(kIdTime * 1'000'000 + 456'789);
    const std::string id(kId);
    event.set_event_id(id);
    if (one_in(2)) event.set_message_id(id);
    if (one_in(2)) event.set_salt(id);
    if (one_in(2)) {
      event.set_event_id(
          schemas::event_id_of(schemas::wall_time(event.occurred_at()), event.salt()).bytes());
    }
    event.set_trace(schemas::trace_of(event.message_id(), event.event_id()));
    const std::string delivery = one_in(2) ? id : schemas::delivery_of(id, 1 + chance_() % 300);
    if (one_in(2)) event.set_delivery_id(delivery);
    if (event.has_forwarded()) event.mutable_forwarded()->set_return_path_id(delivery);
    if (event.has_accepted() && one_in(2)) {
      event.mutable_accepted()->add_targets()->set_delivery_id(delivery);
    }
  }

  void set(Message& to, const FieldDescriptor& field) {
    const Reflection& reflection = *to.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string value = text();
        // Text is UTF-8 there, or the event does not parse.
        if (field.type() == FieldDescriptor::TYPE_STRING && value.size() == 16) value = "x";
        many ? reflection.AddString(&to, &field, value) : reflection.SetString(&to, &field, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        fill(many ? *reflection.AddMessage(&to, &field) : *reflection.MutableMessage(&to, &field));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection.SetUInt64(&to, &field, chance_() % 4 == 0 ? 0 : chance_() << (chance_() % 60));
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        reflection.SetUInt32(&to, &field, static_cast<std::uint32_t>(chance_() % 300));
        break;
      case FieldDescriptor::CPPTYPE_BOOL: reflection.SetBool(&to, &field, one_in(2)); break;
      case FieldDescriptor::CPPTYPE_DOUBLE: reflection.SetDouble(&to, &field, 0.5); break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.SetEnumValue(&to, &field, static_cast<int>(chance_() % 12));
        break;
      default: ADD_FAILURE() << "a type that no event had: " << field.full_name();
    }
  }

  void fill(Message& message) {
    const auto& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      if (!one_in(3)) set(message, *descriptor.field(i));
    }
  }

  Numbers chance_;
};

}  // namespace waybill::tests
