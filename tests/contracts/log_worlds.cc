#include "tests/contracts/log_worlds.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafkacpp.h>

#include <map>
#include <stdexcept>

#include "ingest/kafka_look.h"
#include "ingest/kafka_producer.h"
#include "ingest/kafka_stream.h"
#include "runtime/clock.h"
#include "tests/support/kafka_broker.h"

namespace waybill::tests {
namespace {

using namespace ingest;
using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr int kPatienceMs = 30'000;

std::string next_name() {
  static int made = 0;
  return "contract-" + std::to_string(++made);
}

class MemoryWorld final : public LogWorld {
 public:
  std::string new_topic(std::uint32_t partitions) override {
    const std::string name = next_name();
    log_.create_topic(name, partitions);
    partitions_[name] = partitions;
    return name;
  }
  std::unique_ptr<LogProducer> producer() override { return log_.producer().value(); }
  std::unique_ptr<EventStream> stream(const std::string& topic,
                                      std::vector<StreamPosition> positions) override {
    return log_.stream(topic, std::move(positions));
  }
  std::unique_ptr<LogEnds> ends(const std::string& topic, std::vector<std::uint32_t>,
                                const runtime::Clock& clock) override {
    return log_.ends(topic, clock);
  }
  ingest::LookAt look_at() override { return log_.look_at(); }
  std::vector<MemoryRecord> records(const std::string& topic, std::uint32_t partition) override {
    return log_.records(topic, partition);
  }
  void remove_before(const std::string& topic, std::uint32_t partition,
                     schemas::LogOffset first) override {
    log_.remove_before(topic, partition, first);
  }
  void crash(const std::string& topic) override { stall(topic, true); }
  void restart(const std::string& topic) override { stall(topic, false); }

 private:
  void stall(const std::string& topic, bool on) {
    for (std::uint32_t i = 0; i < partitions_.at(topic); ++i) log_.stall(topic, i, on);
  }

  MemoryLog log_;
  std::map<std::string, std::uint32_t> partitions_;
};

class KafkaWorld final : public LogWorld {
 public:
  std::string new_topic(std::uint32_t partitions) override {
    const std::string name = next_name();
    broker_.create_topic(name, static_cast<int>(partitions));
    return name;
  }
  std::unique_ptr<LogProducer> producer() override { return kafka_producer(settings()).value(); }
  std::unique_ptr<EventStream> stream(const std::string& topic,
                                      std::vector<StreamPosition> positions) override {
    return kafka_stream(settings(), topic, 0, std::move(positions)).value();
  }
  std::unique_ptr<LogEnds> ends(const std::string& topic, std::vector<std::uint32_t> partitions,
                                const runtime::Clock& clock) override {
    return kafka_ends(settings(), topic, std::move(partitions), clock, {}).value();
  }
  ingest::LookAt look_at() override { return ingest::kafka_look(settings()); }
  std::vector<MemoryRecord> records(const std::string& topic, std::uint32_t partition) override;
  void remove_before(const std::string& topic, std::uint32_t partition,
                     schemas::LogOffset first) override {
    broker_.delete_records(topic, partition, first.value());
  }
  void crash(const std::string&) override { broker_.kill(); }
  void restart(const std::string&) override { broker_.restart(); }

 private:
  KafkaSettings settings() const { return {.bootstrap = broker_.bootstrap(), .properties = {}}; }

  KafkaBroker& broker_ = KafkaBroker::of_this_program();
};

MemoryRecord record_of(const RdKafka::Message& message) {
  MemoryRecord out;
  if (message.key() != nullptr) out.key = *message.key();
  out.value.assign(static_cast<const char*>(message.payload()), message.len());
  const RdKafka::Headers* const headers = const_cast<RdKafka::Message&>(message).headers();
  if (headers == nullptr) return out;
  for (const RdKafka::Headers::Header& one : headers->get_all()) {
    out.headers.emplace_back(one.key(),
                             std::string(static_cast<const char*>(one.value()), one.value_size()));
  }
  return out;
}

// By a consumer that is not ours.
std::vector<MemoryRecord> KafkaWorld::records(const std::string& topic, std::uint32_t partition) {
  std::string error;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", broker_.bootstrap(), error);
  conf->set("group.id", "unused", error);
  conf->set("enable.partition.eof", "true", error);
  const std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), error));
  const std::unique_ptr<RdKafka::TopicPartition> place(RdKafka::TopicPartition::create(
      topic, static_cast<int>(partition), RdKafka::Topic::OFFSET_BEGINNING));
  consumer->assign({place.get()});
  std::vector<MemoryRecord> out;
  for (;;) {
    const std::unique_ptr<RdKafka::Message> message(consumer->consume(kPatienceMs));
    if (message->err() == RdKafka::ERR__PARTITION_EOF) break;
    if (message->err() != RdKafka::ERR_NO_ERROR) throw std::runtime_error(message->errstr());
    out.push_back(record_of(*message));
  }
  consumer->close();
  return out;
}

}  // namespace

std::unique_ptr<LogWorld> memory_log_world() { return std::make_unique<MemoryWorld>(); }
std::unique_ptr<LogWorld> kafka_log_world() { return std::make_unique<KafkaWorld>(); }

void send_value(LogProducer& producer, const std::string& topic, std::uint32_t partition,
                std::string_view value, std::uint64_t tag) {
  const OutRecord record{
      .topic = topic, .partition = partition, .key = {}, .value = value, .headers = {}};
  const auto sent = producer.send(record, tag);
  ASSERT_TRUE(sent) << sent.error().why;
  ASSERT_EQ(*sent, LogProducer::Sent::taken);
}

runtime::Explained<void> poll_tags(LogProducer& producer, std::chrono::milliseconds wait,
                                   std::vector<std::uint64_t>& tags) {
  std::vector<ingest::Acknowledged> news;
  auto polled = producer.poll(wait, news);
  for (const ingest::Acknowledged& one : news) tags.push_back(one.tag);
  return polled;
}

std::vector<std::uint64_t> await_tags(LogProducer& producer, std::size_t count) {
  std::vector<std::uint64_t> tags;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (tags.size() < count && std::chrono::steady_clock::now() < deadline) {
    if (!poll_tags(producer, 20ms, tags)) break;
  }
  return tags;
}

}  // namespace waybill::tests
