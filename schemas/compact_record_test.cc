#include "schemas/compact_record.h"

#include <gtest/gtest.h>

#include "schemas/ids.h"
#include "schemas/lean_record.h"
#include "schemas/trace.h"
#include "tests/support/odd_events.h"

namespace waybill::schemas {
namespace {

using tests::identified;
using tests::kId;
using tests::kIdTime;
using tests::numbered;
using tests::Numbers;
using tests::OddEvents;

std::string compact(const std::string& record) {
  Event event;
  std::string out;
  if (read_record(record, event)) {
    append_compact(record, event, out);
  } else {
    append_as_is(record, out);
  }
  return out;
}

// Octet for octet, and as an event.
void expect_whole(const std::string& record) {
  const std::string octets = compact(record);
  const auto back = record_of_compact(octets);
  ASSERT_TRUE(back) << record.size();
  EXPECT_EQ(*back, record);
  Event expected;
  Event event;
  const bool is_event = read_record(record, expected);
  expected.clear_left_out();
  ASSERT_EQ(read_compact(octets, event).has_value(), is_event);
  if (is_event) {
    EXPECT_EQ(event.SerializeAsString(), expected.SerializeAsString());
  }
}

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

TEST(CompactRecordTest, ALeanRecordComesBackOctetForOctetAndItsEventWhole) {
  OddEvents events(7);
  std::size_t lean_ones = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    Event event = events.next();
    event.clear_node_seq();
    event.clear_journal();
    const std::string record = i % 2 == 0 ? identified(event, i, 9) : numbered(event, i);
    const std::string lean = lean_record(record);
    lean_ones += lean != record;
    const std::string octets = compact(lean);
    EXPECT_EQ(record_of_compact(octets).value(), lean);
    Event whole;
    Event read;
    ASSERT_TRUE(whole.ParseFromString(record) && read_compact(octets, read));
    ASSERT_EQ(read.SerializeAsString(), whole.SerializeAsString()) << event.DebugString();
  }
  EXPECT_GT(lean_ones, 5'000u);
}

TEST(CompactRecordTest, WhatSaysThatSomethingIsLeftOutAndIsNotOursComesBack) {
  OddEvents events(8);
  Numbers chance(9);
  for (int i = 0; i < 20'000; ++i) {
    Event event = events.next();
    event.set_left_out(static_cast<std::uint32_t>(1 << (chance() % 24)));
    const std::string record = event.SerializeAsString();
    EXPECT_EQ(record_of_compact(compact(record)).value(), record);
  }
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
