#include "schemas/compact_record.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "schemas/ids.h"
#include "schemas/record_identity.h"
#include "schemas/trace.h"

namespace waybill::schemas {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// An id made at kIdTime, in ms.
constexpr std::uint64_t kIdTime = 0x019ca9450a51;
constexpr std::string_view kId = "\x01\x9c\xa9\x45\x0a\x51tk\x12_____ng";
static_assert(kId.size() == 16);

std::string compact(const std::string& record) {
  Event event;
  std::string out;
  if (event.ParseFromString(record)) {
    append_compact(record, event, out);
  } else {
    append_as_is(record, out);
  }
  return out;
}

// As a journal without an id has kept it.
std::string numbered(const Event& event, std::uint64_t node_seq) {
  std::string record = event.SerializeAsString();
  append_node_seq(record, node_seq);
  return record;
}
// As the journal keeps it (docs/data.md).
std::string identified(const Event& event, std::uint64_t node_seq, std::uint32_t journal) {
  std::string record = event.SerializeAsString();
  append_identity(record, node_seq, journal);
  return record;
}

// Octet for octet, and as an event.
void expect_whole(const std::string& record) {
  const std::string octets = compact(record);
  const auto back = record_of_compact(octets);
  ASSERT_TRUE(back) << record.size();
  EXPECT_EQ(*back, record);
  Event expected;
  Event event;
  const bool is_event = expected.ParseFromString(record);
  ASSERT_EQ(read_compact(octets, event).has_value(), is_event);
  if (is_event) {
    EXPECT_EQ(event.SerializeAsString(), expected.SerializeAsString());
  }
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
      event.set_event_id(event_id_of(wall_time(event.occurred_at()), event.salt()).bytes());
    }
    event.set_trace(trace_of(event.message_id(), event.event_id()));
    const std::string delivery = one_in(2) ? id : delivery_of(id, 1 + chance_() % 300);
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

TEST(CompactRecordTest, EveryRecordComesBackOctetForOctet) {
  OddEvents events(1);
  std::size_t shorter = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    Event event = events.next();
    const std::string plain = event.SerializeAsString();
    expect_whole(plain);
    expect_whole(numbered(event, i * i * i));
    event.clear_node_seq();
    const std::string record = numbered(event, i * i * i);
    expect_whole(record);
    expect_whole(identified(event, i, 0xdeadbeef));
    event.clear_journal();
    for (const std::uint32_t journal : {0U, 1U, 0xdeadbeefU}) {
      expect_whole(identified(event, i * i * i, journal));
    }
    shorter += compact(record).size() < record.size();
    ASSERT_FALSE(::testing::Test::HasFailure()) << event.DebugString();
  }
  EXPECT_GT(shorter, 10'000u);
}

TEST(CompactRecordTest, OctetsThatAreNoEventComeBack) {
  OddEvents events(2);
  Numbers chance(3);
  expect_whole("");
  for (int octet = 0; octet < 256; ++octet) {
    expect_whole(std::string(1, static_cast<char>(octet)));
    expect_whole(std::string(1, static_cast<char>(octet)) + "no event");
  }
  for (int i = 0; i < 5'000; ++i) {
    std::string record = events.next().SerializeAsString();
    if (record.empty()) continue;
    record[chance() % record.size()] = static_cast<char>(chance());
    expect_whole(record);
    expect_whole(record.substr(chance() % record.size()));
    expect_whole(record + record);
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

// What an earlier release has put in an archive is the record itself.
TEST(CompactRecordTest, ARecordThatIsKeptWholeIsRead) {
  OddEvents events(4);
  for (int i = 0; i < 1'000; ++i) {
    const Event event = events.next();
    const std::string record = numbered(event, 5);
    EXPECT_EQ(record_of_compact(record).value(), record);
    Event read;
    EXPECT_TRUE(read_compact(record, read));
  }
}

TEST(CompactRecordTest, DamageIsAnErrorOrAnotherEvent) {
  OddEvents events(5);
  Numbers chance(6);
  for (int i = 0; i < 20'000; ++i) {
    std::string octets = compact(identified(events.next(), 1, 7));
    octets[chance() % octets.size()] = static_cast<char>(chance());
    octets.resize(octets.size() - chance() % 3);
    Event event;
    (void)read_compact(octets, event);
    (void)record_of_compact(octets);
  }
}

TEST(CompactRecordTest, AnIdThatIsMadeOfItsSaltIsLeftOut) {
  Event event;
  event.set_occurred_at(kIdTime * 1'000'000);
  event.set_salt(std::string(16, 's'));
  event.set_event_id(std::string(kId));
  const std::size_t other = compact(event.SerializeAsString()).size();
  event.set_event_id(event_id_of(wall_time(event.occurred_at()), event.salt()).bytes());
  EXPECT_LE(compact(event.SerializeAsString()).size() + 8, other);
  expect_whole(event.SerializeAsString());
}

TEST(CompactRecordTest, ADeliveryOfItsMessageIsLeftOut) {
  Event event;
  event.set_occurred_at(kIdTime * 1'000'000);
  event.set_message_id(std::string(kId));
  event.mutable_accepted();
  const std::size_t without = compact(event.SerializeAsString()).size();
  event.mutable_accepted()->add_targets()->set_delivery_id(delivery_of(kId, 2));
  const std::string record = event.SerializeAsString();
  // Its number, one octet more of the bits, and the target without it.
  EXPECT_LE(compact(record).size(), without + 6);
  expect_whole(record);
}

TEST(CompactRecordTest, WhatAnEventRepeatsIsLeftOut) {
  const std::string id(kId);
  Event event;
  event.set_event_id(id);
  event.set_message_id(id);
  event.set_occurred_at(kIdTime * 1'000'000 + 456'789);
  event.set_trace(trace_of(id, id));
  event.set_domain("forward.test");
  event.set_alias("shop@forward.test");
  event.set_sender("ann@origin.test");
  auto& accepted = *event.mutable_accepted();
  accepted.set_recipient("shop@forward.test");
  accepted.set_route("shop@forward.test");
  accepted.set_header_from("Ann <ann@origin.test>");
  accepted.set_originator_reason("SPF passed for origin.test");
  auto& spf = *accepted.add_authentication();
  spf.set_domain("origin.test");
  spf.set_reason("origin.test has no SPF record");
  const std::string octets = compact(identified(event, 70'000, 0xdeadbeef));
  for (const std::string_view once : {"shop@", "forward.test", "ann@", "origin.test"}) {
    const std::size_t first = octets.find(once);
    ASSERT_NE(first, std::string::npos) << once;
    EXPECT_EQ(octets.find(once, first + 1), std::string::npos) << once;
  }
  // 57 octets of trace, 6 of a time, 5 of a number, and what was repeated.
  EXPECT_LT(octets.size() + 160, identified(event, 70'000, 0xdeadbeef).size());
}

}  // namespace
}  // namespace waybill::schemas
