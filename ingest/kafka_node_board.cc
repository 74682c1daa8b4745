// The node board on Kafka: one thread reads the topic and sends announcements. It reads from the
// end on: what was announced before may be of a node that is long gone, and nodes that are there
// announce themselves again at once.

#include <pthread.h>

#include <atomic>
#include <optional>
#include <thread>

#include "ingest/kafka_handle.h"
#include "ingest/kafka_producer.h"
#include "ingest/node_board.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "schemas/partition.h"

namespace waybill::ingest {

using runtime::Explained;
using std::chrono::milliseconds;

namespace {

constexpr int kBoardPollMs = 100;
// After a failed producer.
constexpr std::chrono::seconds kAgain{1};

class Board final : public NodeBoard {
 public:
  Board(KafkaSettings settings, const runtime::Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  ~Board() override {
    stopping_.store(true);
    if (thread_.joinable()) thread_.join();
  }

  Explained<void> open() {
    const std::vector<KafkaHandle::Property> own = {
        {"group.id", "waybill-reader"},        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "earliest"},
        {"fetch.wait.max.ms", "500"},          {"reconnect.backoff.max.ms", "2000"}};
    auto handle = KafkaHandle::make(RD_KAFKA_CONSUMER, settings_, own, nullptr, nullptr);
    if (!handle) return handle.error();
    reader_ = std::move(*handle);
    rd_kafka_poll_set_consumer(reader_->get());
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, schemas::kNodesTopic, 0)->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_assign(reader_->get(), list);
    rd_kafka_topic_partition_list_destroy(list);
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "wb-nodes");
    return {};
  }

  void announce(const NodeState& state) override {
    const runtime::MutexLock lock(mutex_);
    pending_ = state;
  }

  std::vector<NodeState> nodes() const override {
    const runtime::MutexLock lock(mutex_);
    return roll_.present();
  }

 private:
  void run() {
    while (!stopping_.load()) {
      read();
      speak();
    }
  }

  void read() {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(reader_->get(), kBoardPollMs);
    for (; message != nullptr; message = rd_kafka_consumer_poll(reader_->get(), 0)) {
      NodeState state;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->payload != nullptr &&
          state.ParseFromArray(message->payload, static_cast<int>(message->len))) {
        const runtime::MutexLock lock(mutex_);
        roll_.heard(std::move(state), clock_.now());
      }
      rd_kafka_message_destroy(message);
    }
  }

  void speak() {
    if (!producer_) {
      if (clock_.now() < next_try_) return;
      next_try_ = clock_.now() + kAgain;
      auto made = kafka_producer(settings_);
      if (!made) return;
      producer_ = std::move(*made);
      under_way_ = false;
    }
    // One word at a time: what waits for brokers that are away would be old when they come back.
    std::optional<NodeState> word;
    if (!under_way_) {
      const runtime::MutexLock lock(mutex_);
      word.swap(pending_);
    }
    if (word) say(*word);
    news_.clear();
    const bool lives = producer_ == nullptr || producer_->poll(milliseconds(0), news_).has_value();
    if (!news_.empty()) under_way_ = false;
    if (!lives) producer_.reset();
  }

  void say(const NodeState& state) {
    const std::string value = state.SerializeAsString();
    OutRecord record;
    record.topic = schemas::kNodesTopic;
    record.key = state.node();
    record.value = value;
    const auto sent = producer_->send(record, 1);
    under_way_ = sent && *sent == LogProducer::Sent::taken;
    if (!under_way_) producer_.reset();
  }

  const KafkaSettings settings_;
  const runtime::Clock& clock_;
  std::unique_ptr<KafkaHandle> reader_;
  std::unique_ptr<LogProducer> producer_;
  runtime::Instant next_try_{};
  bool under_way_ = false;
  std::vector<Acknowledged> news_;
  mutable runtime::Mutex mutex_;
  std::optional<NodeState> pending_ WAYBILL_GUARDED_BY(mutex_);
  NodeRoll roll_ WAYBILL_GUARDED_BY(mutex_);
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

Explained<std::unique_ptr<NodeBoard>> kafka_node_board(const KafkaSettings& settings,
                                                       const runtime::Clock& clock) {
  auto board = std::make_unique<Board>(settings, clock);
  if (const auto opened = board->open(); !opened) return opened.error();
  return std::unique_ptr<NodeBoard>(std::move(board));
}

}  // namespace waybill::ingest
