#include "tests/support/kafka_broker.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafkacpp.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace waybill::tests {
namespace {

constexpr int kTimeoutMs = 30'000;

std::unique_ptr<RdKafka::Conf> conf(const KafkaBroker& broker) {
  std::unique_ptr<RdKafka::Conf> out(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  out->set("bootstrap.servers", broker.bootstrap(), error);
  out->set("group.id", "unused", error);
  out->set("log_level", "0", error);
  return out;
}

bool produce(const KafkaBroker& broker, const std::string& topic, std::string value,
             int timeout_ms = kTimeoutMs) {
  const auto configuration = conf(broker);
  std::string error;
  configuration->set("message.timeout.ms", std::to_string(timeout_ms), error);
  const std::unique_ptr<RdKafka::Producer> producer(
      RdKafka::Producer::create(configuration.get(), error));
  producer->produce(topic, 0, RdKafka::Producer::RK_MSG_COPY, value.data(), value.size(), nullptr,
                    0, 0, nullptr);
  if (producer->flush(timeout_ms + kTimeoutMs) != RdKafka::ERR_NO_ERROR) return false;
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto asked = producer->query_watermark_offsets(topic, 0, &low, &high, timeout_ms);
  return asked == RdKafka::ERR_NO_ERROR && high > 0;
}

std::vector<std::string> read(const KafkaBroker& broker, const std::string& topic,
                              std::size_t count) {
  const auto configuration = conf(broker);
  std::string error;
  const std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(configuration.get(), error));
  const std::unique_ptr<RdKafka::TopicPartition> partition(
      RdKafka::TopicPartition::create(topic, 0, RdKafka::Topic::OFFSET_BEGINNING));
  consumer->assign({partition.get()});
  std::vector<std::string> out;
  while (out.size() < count) {
    const std::unique_ptr<RdKafka::Message> message(consumer->consume(kTimeoutMs));
    if (message->err() != RdKafka::ERR_NO_ERROR) break;
    out.emplace_back(static_cast<const char*>(message->payload()), message->len());
  }
  consumer->close();
  return out;
}

class KafkaBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!KafkaBroker::installed()) GTEST_SKIP() << "no /usr/bin/java, or no Kafka in build/kafka";
  }
};

TEST_F(KafkaBrokerTest, WhatWasAcknowledgedIsReadAfterAKillAndAfterAStop) {
  KafkaBroker& broker = KafkaBroker::of_this_program();
  broker.create_topic("kept", 1, {{"retention.ms", "-1"}});
  ASSERT_TRUE(produce(broker, "kept", "first"));
  broker.kill();
  EXPECT_FALSE(broker.running());
  EXPECT_FALSE(produce(broker, "kept", "nobody is there", 1'000));
  broker.restart();
  EXPECT_EQ(read(broker, "kept", 1), std::vector<std::string>{"first"});
  ASSERT_TRUE(produce(broker, "kept", "second"));
  broker.stop();
  broker.restart();
  EXPECT_EQ(read(broker, "kept", 2), (std::vector<std::string>{"first", "second"}));
}

TEST_F(KafkaBrokerTest, ATopicIsMadeOnceAndWithSettingsThatExist) {
  KafkaBroker& broker = KafkaBroker::of_this_program();
  broker.create_topic("once", 4);
  EXPECT_THROW(broker.create_topic("once", 4), std::runtime_error);
  EXPECT_THROW(broker.create_topic("odd", 1, {{"no.such.setting", "1"}}), std::runtime_error);
  broker.delete_topic("once");
  EXPECT_THROW(broker.delete_topic("once"), std::runtime_error);
}

TEST_F(KafkaBrokerTest, AFrozenBrokerAnswersOnceItThaws) {
  KafkaBroker& broker = KafkaBroker::of_this_program();
  broker.create_topic("cold", 1);
  broker.freeze();
  EXPECT_FALSE(produce(broker, "cold", "lost", 1'000));
  broker.thaw();
  EXPECT_TRUE(produce(broker, "cold", "kept"));
}

}  // namespace
}  // namespace waybill::tests
