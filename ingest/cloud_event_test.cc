#include "ingest/cloud_event.h"

#include <gtest/gtest.h>

#include <map>

#include "schemas/data_schema.h"
#include "schemas/partition.h"
#include "tests/support/event_log.h"

namespace waybill::ingest {
namespace {

using schemas::Event;

// What describe() points to, kept.
struct Described {
  std::string topic;
  std::uint32_t partition;
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

class CloudEventTest : public ::testing::Test {
 protected:
  Described describe(const Event& event, std::uint32_t partitions = 12) {
    return describe(event.SerializeAsString(), partitions);
  }

  Described describe(const std::string& record, std::uint32_t partitions = 12) {
    const auto read = schemas::read_envelope(record);
    const auto envelope = read ? *read : schemas::Envelope();
    const OutRecord& out = cloud_event_.describe(envelope, record, partitions);
    Described kept{
        std::string(out.topic), out.partition, std::string(out.key), std::string(out.value), {}};
    for (const auto& [name, value] : out.headers) {
      EXPECT_TRUE(kept.headers.emplace(name, value).second) << name << " comes twice";
    }
    return kept;
  }

  static Event forwarded() {
    Event event = tests::forwarded({.alias = "orders@example.org"});
    event.set_event_id(tests::message_id(7).bytes());
    event.set_node("mx1");
    event.set_node_seq(42);
    event.set_journal(305419896);
    event.set_occurred_at(tests::kLogStart + 5);
    event.set_client_ip("192.0.2.25");
    return event;
  }

  static Event control(const char* subject, const char* id) {
    Event event = forwarded();
    event.clear_alias();
    event.mutable_control()->set_subject(subject);
    event.mutable_control()->set_subject_id(id);
    return event;
  }

  CloudEvent cloud_event_;
};

TEST_F(CloudEventTest, CarriesWhatReadersSortByAsHeaders) {
  const Described out = describe(forwarded());
  const std::map<std::string, std::string> expected = {
      {"ce_specversion", "1.0"},
      {"ce_id", "305419896-42"},
      {"ce_type", "waybill.delivery.forwarded"},
      {"ce_source", "waybill/mx1"},
      {"ce_dataschema", std::string(schemas::data_schema())},
      {"content-type", "application/protobuf"}};
  EXPECT_EQ(out.headers, expected);
}

TEST_F(CloudEventTest, TheValueIsTheRecordAndTheKeyTheAlias) {
  const Event event = forwarded();
  const Described out = describe(event);
  EXPECT_EQ(out.value, event.SerializeAsString());
  EXPECT_EQ(out.topic, schemas::kDeliveriesTopic);
  EXPECT_EQ(out.key, "orders@example.org");
  EXPECT_EQ(out.partition, 1u);  // docs/events.md
}

TEST_F(CloudEventTest, WhatHasNoAliasHasTheClientsAddress) {
  Event event = forwarded();
  event.clear_alias();
  const Described out = describe(event);
  EXPECT_EQ(out.key, "192.0.2.25");
  EXPECT_EQ(out.partition, 11u);  // docs/events.md
}

TEST_F(CloudEventTest, WhatHasNeitherHasNoKey) {
  Event event = forwarded();
  event.clear_alias();
  event.clear_client_ip();
  const Described out = describe(event);
  EXPECT_EQ(out.key, "");
}

TEST_F(CloudEventTest, TheEnvelopesOwnPartitionCountsWhereTheTopicHasIt) {
  Event event = forwarded();
  event.set_partition(9);
  EXPECT_EQ(describe(event, 12).partition, 9u);
  EXPECT_EQ(describe(event, 9).partition, schemas::partition_of_key("orders@example.org", 9));
}

TEST_F(CloudEventTest, AControlEventIsKeyedByWhatItSpeaksOf) {
  const Described out = describe(control("route", "orders@example.org"));
  EXPECT_EQ(out.topic, schemas::kControlTopic);
  EXPECT_EQ(out.key, "route/orders@example.org");
  EXPECT_EQ(out.headers.at("ce_type"), "waybill.control.changed");
}

TEST_F(CloudEventTest, TopicsOfOnePartitionGetTheirFirst) {
  Event event = control("domain", "example.org");
  event.set_partition(5);
  EXPECT_EQ(describe(event).partition, 0u);
  event.mutable_access()->set_principal("auditor");
  const Described out = describe(event);
  EXPECT_EQ(out.topic, schemas::kAccessTopic);
  EXPECT_EQ(out.partition, 0u);
  EXPECT_EQ(out.headers.at("ce_type"), "waybill.access.recorded");
}

TEST_F(CloudEventTest, ABodyOfANewerWriterIsADeliveryOfNoKnownKind) {
  Event event = forwarded();
  event.clear_body();
  const Described out = describe(event);
  EXPECT_EQ(out.topic, schemas::kDeliveriesTopic);
  EXPECT_EQ(out.headers.at("ce_type"), "waybill.delivery.unknown");
}

TEST_F(CloudEventTest, WhatNobodyCanReadKeepsItsOctetsUnderNoKey) {
  const std::string octets("\xff\x00 no event", 11);
  const Described out = describe(octets);
  EXPECT_EQ(out.value, octets);
  EXPECT_EQ(out.topic, schemas::kDeliveriesTopic);
  EXPECT_EQ(out.key, "");
  EXPECT_EQ(out.partition, schemas::partition_of_key("", 12));
  EXPECT_EQ(out.headers.at("ce_type"), "waybill.delivery.unknown");
}

TEST_F(CloudEventTest, NothingOfOneEventIsLeftInTheNext) {
  describe(control("route", "orders@example.org"));
  const Described out = describe(forwarded());
  EXPECT_EQ(out.key, "orders@example.org");
  EXPECT_EQ(out.headers.at("ce_type"), "waybill.delivery.forwarded");
  EXPECT_EQ(out.headers.size(), 6u);
}

}  // namespace
}  // namespace waybill::ingest
