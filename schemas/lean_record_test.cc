#include "schemas/lean_record.h"

#include <gtest/gtest.h>

#include "schemas/ids.h"
#include "schemas/left_out.h"
#include "tests/support/odd_events.h"

namespace waybill::schemas {
namespace {

using tests::identified;
using tests::kId;
using tests::kIdTime;
using tests::numbered;
using tests::Numbers;
using tests::OddEvents;

TEST(LeanRecordTest, EveryEventIsReadWhole) {
  OddEvents events(1);
  std::size_t shorter = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    Event event = events.next();
    event.clear_node_seq();
    event.clear_journal();
    const std::string record = i % 2 == 0 ? identified(event, i, 7) : numbered(event, i);
    const std::string lean = lean_record(record);
    shorter += lean.size() < record.size();
    Event whole;
    Event read;
    ASSERT_TRUE(whole.ParseFromString(record) && read_record(lean, read));
    EXPECT_EQ(read.left_out() != 0, lean != record);
    read.clear_left_out();
    ASSERT_EQ(read.SerializeAsString(), whole.SerializeAsString()) << event.DebugString();
    EXPECT_EQ(lean_record(lean), lean);
  }
  EXPECT_GT(shorter, 5'000u);
}

TEST(LeanRecordTest, OctetsThatAreNoEventAndRecordsOfNoFormOfOursStandAsTheyAre) {
  Event event;
  event.set_alias("shop@forward.test");
  event.set_domain("forward.test");
  const std::string record = event.SerializeAsString();
  EXPECT_NE(lean_record(record), record);
  for (const std::string& octets : {std::string("\xff no event"), record + record}) {
    EXPECT_EQ(lean_record(octets), octets);
  }
}

TEST(LeanRecordTest, WhatANewerReleaseLeavesOutIsNotReadAsIfItWereThere) {
  Event event;
  event.set_alias("shop@forward.test");
  event.set_left_out(kDomain);
  Event read;
  ASSERT_TRUE(read_record(event.SerializeAsString(), read));
  EXPECT_EQ(read.domain(), "forward.test");
  event.set_left_out(kDomain | 1U << 30);
  EXPECT_FALSE(read_record(event.SerializeAsString(), read));
}

TEST(LeanRecordTest, DamageIsNoEventOrAnother) {
  OddEvents events(5);
  Numbers chance(6);
  for (int i = 0; i < 20'000; ++i) {
    std::string lean = lean_record(identified(events.next(), 1, 7));
    lean[chance() % lean.size()] = static_cast<char>(chance());
    Event event;
    (void)read_record(lean, event);
  }
}

TEST(LeanRecordTest, IdsTraceAndWhatTheAliasSaysAreLeftOut) {
  Event event;
  event.set_occurred_at(kIdTime * 1'000'000);
  event.set_salt(std::string(16, 's'));
  event.set_event_id(event_id_of(wall_time(event.occurred_at()), event.salt()).bytes());
  event.set_message_id(std::string(kId));
  event.set_trace(trace_of(event.message_id(), event.event_id()));
  event.set_delivery_id(delivery_of(kId, 1));
  event.set_alias("shop@forward.test");
  event.set_domain("forward.test");
  event.mutable_rejected()->set_recipient("shop@forward.test");
  Event sent;
  ASSERT_TRUE(sent.ParseFromString(lean_record(event.SerializeAsString())));
  EXPECT_EQ(sent.left_out(), kTrace | kDomain | kRecipient | kIdOfSalt | kFirstDelivery);
  EXPECT_EQ(sent.event_id() + sent.trace() + sent.delivery_id() + sent.domain() +
                sent.rejected().recipient(),
            "");
  // One of several has its number in its id.
  event.set_delivery_id(delivery_of(kId, 2));
  ASSERT_TRUE(sent.ParseFromString(lean_record(event.SerializeAsString())));
  EXPECT_EQ(sent.delivery_id(), event.delivery_id());
}

}  // namespace
}  // namespace waybill::schemas
