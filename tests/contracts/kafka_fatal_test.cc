// A producer that Kafka fails for good: librdkafka ends such a handle, and the publisher has to go
// on with another. Errors of that kind are injected, by librdkafka's own cluster in memory.

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <set>

#include "ingest/kafka_producer.h"
#include "ingest/kafka_stream.h"
#include "ingest/memory_journal_store.h"
#include "ingest/publisher.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "schemas/partition.h"
#include "tests/support/event_log.h"
#include "tests/support/run_task.h"

namespace waybill::ingest {
namespace {

constexpr int kPartitions = 3;
constexpr std::int16_t kProduceRequest = 0;

class MockCluster {
 public:
  MockCluster() {
    char why[512];
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster_ = rd_kafka_mock_cluster_new(owner_, 1);
    rd_kafka_mock_topic_create(cluster_, schemas::kDeliveriesTopic, kPartitions, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }
  KafkaSettings settings() const {
    KafkaSettings out;
    out.bootstrap = rd_kafka_mock_cluster_bootstraps(cluster_);
    return out;
  }
  void fail_next_produce(rd_kafka_resp_err_t error) {
    rd_kafka_mock_push_request_errors(cluster_, kProduceRequest, 1, error);
  }

 private:
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

void fill(Journal& journal, unsigned from, unsigned to) {
  for (unsigned i = from; i < to; ++i) {
    auto event = tests::forwarded(
        {.alias = "a" + std::to_string(i % 20) + "@forward.test", .message = i, .delivery = i});
    event.set_node("mx1");
    journal.begin({std::move(event)});
  }
  journal.commit_pending();
}

TEST(KafkaFatalTest, AfterAFatalErrorAnotherProducerSendsWhatIsMissing) {
  MockCluster cluster;
  MemoryJournalStore store;
  Journal journal(store, {});
  runtime::AsioClock clock;
  runtime::Metrics metrics;
  PublisherSettings settings;
  settings.partitions = kPartitions;
  settings.pause = std::chrono::milliseconds(50);
  int made = 0;
  Publisher publisher(journal, store, nullptr, {[&] {
                        ++made;
                        return kafka_producer(cluster.settings());
                      }},
                      settings, clock, metrics);
  fill(journal, 1, 101);
  while (publisher.backlog() > 0) publisher.step(std::chrono::milliseconds(20));
  EXPECT_EQ(made, 1);

  cluster.fail_next_produce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
  fill(journal, 101, 301);
  const auto deadline = clock.now() + std::chrono::seconds(60);
  while (publisher.backlog() > 0 && clock.now() < deadline) {
    publisher.step(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(publisher.backlog(), 0u) << publisher.trouble();
  EXPECT_GE(made, 2) << "the error was not fatal: it proves nothing";

  auto stream = kafka_stream(cluster.settings(), schemas::kDeliveriesTopic, kPartitions,
                             {{0, {}, {}}, {1, {}, {}}, {2, {}, {}}});
  ASSERT_TRUE(stream) << stream.error().why;
  boost::asio::io_context io;
  std::set<std::uint64_t> seen;
  while (seen.size() < 300 && clock.now() < deadline) {
    const auto records = tests::run_task(io, (*stream)->next(1000));
    ASSERT_TRUE(records) << records.error().why;
    for (const LogRecord& record : *records) {
      schemas::Event event;
      ASSERT_TRUE(event.ParseFromString(record.value));
      seen.insert(event.node_seq());
    }
  }
  EXPECT_EQ(seen.size(), 300u);
  EXPECT_EQ(*seen.rbegin(), 300u);
}

}  // namespace
}  // namespace waybill::ingest
