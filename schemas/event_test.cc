#include "schemas/event.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

namespace waybill::schemas {
namespace {

// A field number and a body number that no schema up to now has.
constexpr int kNewerField = 900;
constexpr int kNewerBody = 901;

Event forwarded() {
  Event event;
  event.set_node("relay-1");
  event.set_node_seq(7);
  event.set_alias("orders@example.org");
  event.mutable_forwarded()->set_target("anna@example.net");
  return event;
}

google::protobuf::UnknownFieldSet& unknown(google::protobuf::Message& message) {
  return *message.GetReflection()->MutableUnknownFields(&message);
}

Event reread(const Event& event) {
  Event copy;
  EXPECT_TRUE(copy.ParseFromString(event.SerializeAsString()));
  return copy;
}

TEST(EventTest, ItsKindIsTheNameOfItsBody) {
  Event event;
  EXPECT_EQ(kind_of(event), "unknown");
  event.mutable_accepted();
  EXPECT_EQ(kind_of(event), "accepted");
  event.mutable_forwarded();
  EXPECT_EQ(kind_of(event), "forwarded");
  event.mutable_rejected();
  EXPECT_EQ(kind_of(event), "rejected");
  event.mutable_deferred();
  EXPECT_EQ(kind_of(event), "deferred");
  event.mutable_dropped();
  EXPECT_EQ(kind_of(event), "dropped");
  event.mutable_bounced();
  EXPECT_EQ(kind_of(event), "bounced");
  event.mutable_in_doubt();
  EXPECT_EQ(kind_of(event), "in_doubt");
  event.mutable_control();
  EXPECT_EQ(kind_of(event), "control");
  event.mutable_access();
  EXPECT_EQ(kind_of(event), "access");
}

TEST(EventTest, FieldsOfANewerWriterSurviveAReserialise) {
  Event newer = forwarded();
  unknown(newer).AddLengthDelimited(kNewerField, "envelope");
  unknown(*newer.mutable_forwarded()).AddVarint(kNewerField, 42);
  const std::string bytes = newer.SerializeAsString();

  Event read = reread(newer);
  EXPECT_EQ(kind_of(read), "forwarded");
  EXPECT_EQ(read.forwarded().target(), "anna@example.net");
  EXPECT_EQ(unknown(read).field_count(), 1);
  EXPECT_EQ(unknown(*read.mutable_forwarded()).field(0).varint(), 42u);
  EXPECT_EQ(read.SerializeAsString(), bytes);
}

TEST(EventTest, ABodyOfANewerWriterSurvivesAReserialiseAndIsUnknown) {
  Event newer = forwarded();
  newer.clear_body();
  unknown(newer).AddLengthDelimited(kNewerBody, "\x0A\x03new");
  const std::string bytes = newer.SerializeAsString();

  const Event read = reread(newer);
  EXPECT_EQ(kind_of(read), "unknown");
  EXPECT_EQ(log_key(read), "orders@example.org");
  EXPECT_EQ(read.node_seq(), 7u);
  EXPECT_EQ(read.SerializeAsString(), bytes);
  EXPECT_EQ(to_json(read),
            R"({"kind":"unknown","node":"relay-1","node_seq":7,"alias":"orders@example.org"})");
}

TEST(EventTest, AnEnumValueOfANewerWriterSurvivesAReserialise) {
  Event newer;
  newer.mutable_bounced()->set_class_(static_cast<pb::BounceClass>(77));
  EXPECT_EQ(static_cast<int>(reread(newer).bounced().class_()), 77);
}

TEST(EventTest, ASequenceAppendedToTheBytesIsTheEventsSequence) {
  Event event = forwarded();
  event.clear_node_seq();
  Event tail;
  tail.set_node_seq(99);
  Event read;
  ASSERT_TRUE(read.ParseFromString(event.SerializeAsString() + tail.SerializeAsString()));
  EXPECT_EQ(read.node_seq(), 99u);
  EXPECT_EQ(read.forwarded().target(), "anna@example.net");
}

TEST(EventTest, IsOrderedByItsAliasOrElseByItsClient) {
  Event event;
  EXPECT_EQ(log_key(event), "");
  event.set_client_ip("192.0.2.1");
  EXPECT_EQ(log_key(event), "192.0.2.1");
  event.set_alias("orders@example.org");
  EXPECT_EQ(log_key(event), "orders@example.org");
}

TEST(EventTest, AReplyGoesInAndComesOutAsItWas) {
  const Reply reply{550, "5.1.1", "user unknown\nsee our help"};
  pb::Reply out;
  set_reply(out, reply);
  EXPECT_EQ(reply_of(out), reply);
}

TEST(EventTest, WhatAPeerSaidIsCleanedBeforeItIsRecorded) {
  pb::Reply out;
  out.set_enhanced("5.1.1");
  set_reply(out, {550, "\xFFnone", "a\tb\xFF"});
  EXPECT_EQ(reply_of(out), (Reply{550, "", "a b?"}));
}

}  // namespace
}  // namespace waybill::schemas
