// [kafka] and [cluster]: what is taken, and what is told of a wrong one.

#include <gtest/gtest.h>

#include <string>

#include "app/config/config.h"

namespace waybill::app {
namespace {

std::string complaint_of(const std::string& text) {
  const Loaded loaded = read_config(text);
  const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded);
  if (complaints == nullptr) return "none";
  std::string out;
  for (const Complaint& complaint : *complaints) out += to_string(complaint, "f") + "\n";
  return out;
}

TEST(KafkaSectionTest, WithoutItTheJournalIsTheLog) {
  const Config config = std::get<Config>(read_config(""));
  EXPECT_FALSE(config.kafka.there);
  EXPECT_FALSE(config.cluster.listen);
}

TEST(KafkaSectionTest, BrokersAreJoinedAndPropertiesKept) {
  const Config config = std::get<Config>(read_config(R"([server]
node = "mx1"
[kafka]
bootstrap = ["k1:9092", "[::1]:9093"]
ack = "kafka"
ack_timeout = "10 s"
linger = "2 s"
partitions = 24
properties = { "ssl.ca.location" = "ca.pem" }
)"));
  EXPECT_TRUE(config.kafka.there);
  EXPECT_EQ(config.kafka.settings.bootstrap, "k1:9092,[::1]:9093");
  EXPECT_EQ(config.kafka.settings.client_id, "waybill-mx1");
  EXPECT_EQ(config.kafka.ack, Ack::kafka);
  EXPECT_EQ(config.kafka.ack_timeout.count(), 10);
  EXPECT_EQ(config.kafka.linger.count(), 2);
  EXPECT_EQ(config.kafka.partitions, 24u);
  EXPECT_EQ(config.kafka.settings.properties.at("ssl.ca.location"), "ca.pem");
}

TEST(KafkaSectionTest, WhatAPromiseStandsOnIsNotToBeSet) {
  const std::string text =
      complaint_of("[kafka]\nproperties = { \"enable.idempotence\" = \"false\" }\n");
  EXPECT_NE(text.find("f:2:16: kafka.properties.\"enable.idempotence\": this one is not to be set"),
            std::string::npos)
      << text;
}

TEST(KafkaSectionTest, EveryFaultIsToldWithItsPlace) {
  const struct {
    const char* text;
    const char* complaint;
  } cases[] = {
      {"[kafka]\nbootstrap = \"k1\"", "f:2:13: kafka.bootstrap: expected \"host:port\""},
      {"[kafka]\nbootstrap = [\"k1:9092/x\"]", "f:2:14: kafka.bootstrap[0]: expected"},
      {"[kafka]\nack = \"all\"", "f:2:7: kafka.ack: expected \"journal\" or \"kafka\""},
      {"[kafka]\nlinger = \"4 s\"", "f:2:10: kafka.linger: expected a time"},
      {"[kafka]\npartitions = 0", "kafka.partitions: expected an integer from 1 to 65536"},
      {"[kafka]\nproperties = { \"x\" = 5 }", "kafka.properties.\"x\": expected a string"},
      {"[limits]\nfinal_deadline = \"570 s\"\n[kafka]\nack = \"kafka\"\nack_timeout = \"10 s\"",
       "f:5:15: kafka.ack_timeout: expected a time that with final_deadline"},
      {"[cluster]\nadvertise = \"http://node1:8026\"", "f:2:13: cluster.advertise: expected"},
      {"[cluster]\nlisten = \"0.0.0.0:1\"\nsecret_file = \"s\"",
       "f:2:10: cluster.listen: expected a loopback address, or certificate and key"},
      {"[cluster]\nlisten = \"127.0.0.1:1\"", "f:2:10: cluster.listen: expected secret_file"},
      {"[cluster]\nadvertise = \"node1:8026\"", "f:2:13: cluster.advertise: expected"},
  };
  for (const auto& one : cases) {
    const std::string text = complaint_of(one.text);
    EXPECT_NE(text.find(one.complaint), std::string::npos) << one.text << "\n" << text;
  }
}

TEST(KafkaSectionTest, WithACertificateANodeMayListenAnywhere) {
  const Config config = std::get<Config>(read_config(R"([cluster]
listen = "192.0.2.7:8026"
secret_file = "s"
certificate = "c.pem"
key = "k.pem"
)"));
  EXPECT_EQ(config.cluster.advertise, "https://192.0.2.7:8026");
}

}  // namespace
}  // namespace waybill::app
