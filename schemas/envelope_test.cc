#include "schemas/envelope.h"

#include <gtest/gtest.h>

#include "schemas/event.h"
#include "schemas/partition.h"

namespace waybill::schemas {
namespace {

Event full() {
  Event event;
  event.set_event_id("0123456789abcdef");
  event.set_occurred_at(1'772'366'400'000'000'123);
  event.set_salt("salt");
  event.set_node("mx1");
  event.set_node_seq(77);
  event.set_domain("forward.test");
  event.set_trace("00-aa-bb-01");
  event.set_alias("shop@forward.test");
  event.set_sender("ann@origin.test");
  event.set_client_ip("192.0.2.7");
  event.set_partition(3);
  event.mutable_forwarded()->set_target("owner@mailbox.test");
  return event;
}

TEST(EnvelopeTest, SaysWhatTheEventSays) {
  const std::string record = full().SerializeAsString();
  const auto envelope = read_envelope(record);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->event_id, "0123456789abcdef");
  EXPECT_EQ(envelope->occurred_at, 1'772'366'400'000'000'123u);
  EXPECT_EQ(envelope->node, "mx1");
  EXPECT_EQ(envelope->node_seq, SequenceNumber(77));
  EXPECT_EQ(envelope->domain, "forward.test");
  EXPECT_EQ(envelope->trace, "00-aa-bb-01");
  EXPECT_EQ(envelope->client_ip, "192.0.2.7");
  EXPECT_EQ(envelope->body, Event::kForwarded);
  EXPECT_EQ(log_key(*envelope), "shop@forward.test");
  EXPECT_EQ(envelope->partition, 3u);
}

TEST(EnvelopeTest, OfAFieldThatComesTwiceTheLastCounts) {
  std::string record = full().SerializeAsString();
  Event more;
  more.set_node_seq(78);
  record += more.SerializeAsString();
  EXPECT_EQ(read_envelope(record)->node_seq, SequenceNumber(78));
}

TEST(EnvelopeTest, RefusesWhatIsNoMessage) {
  EXPECT_FALSE(read_envelope("\xff\xff no event"));
  EXPECT_FALSE(read_envelope(std::string_view("\x00\x01", 2)));
  const std::string whole = full().SerializeAsString();
  EXPECT_FALSE(read_envelope(std::string_view(whole).substr(0, whole.size() - 1)));
}

TEST(EnvelopeTest, ABodyOfANewerWriterIsNoKind) {
  // Field 60, length-delimited, empty.
  const std::string record("\xe2\x03\x00", 3);
  const auto envelope = read_envelope(record);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->body, 0);
  EXPECT_EQ(topic_of_body(envelope->body), kDeliveriesTopic);
}

TEST(EnvelopeTest, AnUnknownGroupIsSkippedWithAllThatIsInIt) {
  // Field 100: a group, and in it field 4 (the envelope's node) and field 100 again, empty.
  const std::string group("\xa3\x06\x22\x02no\xa3\x06\xa4\x06\xa4\x06", 12);
  const std::string record = full().SerializeAsString() + group;
  Event event;
  ASSERT_TRUE(event.ParseFromString(record));
  const auto envelope = read_envelope(record);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->node, "mx1");
  EXPECT_FALSE(read_envelope(std::string_view(record).substr(0, record.size() - 2)));
  EXPECT_FALSE(read_envelope("\xa4\x06"));
}

TEST(EnvelopeTest, ATagIsThirtyTwoBitsAsForProtobuf) {
  // Field 1, length-delimited, with a bit beyond the 32.
  const std::string record("\x8a\x80\x80\x80\x10\x01x", 7);
  Event event;
  ASSERT_TRUE(event.ParseFromString(record));
  ASSERT_TRUE(read_envelope(record));
  EXPECT_EQ(read_envelope(record)->event_id, event.event_id());
  EXPECT_FALSE(read_envelope("\x8a\x80\x80\x80\x80\x10\x01x"));
}

TEST(PartitionTest, IsJavasMurmur2) {
  // What org.apache.kafka.common.utils.Utils.murmur2 gives for these keys (its UtilsTest).
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("abc")), 479470107);
}

TEST(PartitionTest, OfAnEnvelopeIsItsOwnOrThatOfItsKey) {
  Envelope envelope;
  envelope.alias = "shop@forward.test";
  const std::uint32_t of_key = partition_of_key(envelope.alias, 12);
  EXPECT_EQ(partition_of(envelope, 12), of_key);
  envelope.partition = (of_key + 1) % 12;
  EXPECT_EQ(partition_of(envelope, 12), (of_key + 1) % 12);
  envelope.partition = 12;
  EXPECT_EQ(partition_of(envelope, 12), of_key);
  EXPECT_EQ(partition_of(envelope, 1), 0u);
}

TEST(PartitionTest, WithoutAnAliasTheClientIsTheKey) {
  Envelope envelope;
  envelope.client_ip = "192.0.2.7";
  EXPECT_EQ(log_key(envelope), "192.0.2.7");
}

TEST(PartitionTest, EachKindHasItsTopic) {
  EXPECT_EQ(topic_of_body(Event::kBounced), kDeliveriesTopic);
  EXPECT_EQ(topic_of_body(Event::kControl), kControlTopic);
  EXPECT_EQ(topic_of_body(Event::kAccess), kAccessTopic);
}

}  // namespace
}  // namespace waybill::schemas
