#include "ingest/kafka_producer.h"

#include <algorithm>
#include <map>
#include <optional>

#include "ingest/kafka_handle.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

// In librdkafka's queue: what a busy second brings, so that batches fill; the journal has the rest.
constexpr char kQueueMessages[] = "200000";
constexpr char kQueueKib[] = "131072";
constexpr char kBatchOctets[] = "1000000";
// Of zstd: a tenth less than its own default, 3, where batches are large.
constexpr char kCompressionLevel[] = "6";

class KafkaProducer final : public LogProducer {
 public:
  Explained<void> open(const KafkaSettings& settings, std::chrono::milliseconds linger) {
    const std::string linger_ms = std::to_string(std::max(linger, kLeastLinger).count());
    const std::vector<KafkaHandle::Property> own = {
        {"enable.idempotence", "true"},
        // A message that fails for good ends the handle, and nothing after it is written.
        {"enable.gapless.guarantee", "true"},
        // A message that is given up would be missing in front of those after it: 0 is never.
        {"message.timeout.ms", "0"},
        // With several requests under way, the first one refused for now (too few replicas) and the
        // second one taken, a broker that does not know this producer yet takes them out of order.
        {"max.in.flight.requests.per.connection", "1"},
        {"compression.codec", "zstd"},
        {"compression.level", kCompressionLevel},
        {"linger.ms", linger_ms.c_str()},
        {"batch.size", kBatchOctets},
        {"queue.buffering.max.messages", kQueueMessages},
        {"queue.buffering.max.kbytes", kQueueKib},
        {"retry.backoff.ms", kRetryMs},
        {"reconnect.backoff.max.ms", kReconnectMostMs},
        {"topic.metadata.propagation.max.ms", "0"},
    };
    auto handle = KafkaHandle::make(RD_KAFKA_PRODUCER, settings, own, &KafkaProducer::report, this);
    if (!handle) return handle.error();
    handle_ = std::move(*handle);
    return {};
  }

  ~KafkaProducer() override {
    for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  }

  Explained<Sent> send(const OutRecord& record, std::uint64_t tag) override {
    if (handle_->message_failed()) fail("a message before it was given up");
    if (failure_) return *failure_;
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    rd_kafka_vu_t parts[7];
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = topic(record.topic);
    parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    parts[1].u.i32 = static_cast<std::int32_t>(record.partition);
    parts[2].vtype = RD_KAFKA_VTYPE_KEY;
    parts[2].u.mem = {const_cast<char*>(record.key.data()), record.key.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[3].u.mem = {const_cast<char*>(record.value.data()), record.value.size()};
    parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[4].u.headers = headers;
    parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[5].u.ptr = reinterpret_cast<void*>(tag);
    parts[6].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[6].u.i = RD_KAFKA_MSG_F_COPY;
    rd_kafka_error_t* error = rd_kafka_produceva(handle_->get(), parts, std::size(parts));
    if (error == nullptr) return Sent::taken;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    const std::string text = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);  // still ours
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Sent::queue_full;
    fail(std::string(record.topic) + ": " + text);
    return *failure_;
  }

  Explained<void> poll(std::chrono::milliseconds wait, std::vector<Acknowledged>& news) override {
    news_ = &news;
    rd_kafka_poll(handle_->get(), static_cast<int>(wait.count()));
    return polled();
  }

  Explained<void> flush(std::chrono::milliseconds wait, std::vector<Acknowledged>& news) override {
    news_ = &news;
    (void)rd_kafka_flush(handle_->get(), static_cast<int>(wait.count()));
    return polled();
  }

  std::uint64_t losses() const override { return handle_->losses(); }

 private:
  Explained<void> polled() {
    news_ = nullptr;
    if (const std::string fatal = handle_->fatal(); !fatal.empty()) fail(fatal);
    if (failure_) return *failure_;
    return {};
  }

  static void report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<KafkaProducer*>(opaque);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      self.handle_->seen_alive();
      if (self.news_ != nullptr) {
        self.news_->push_back({reinterpret_cast<std::uint64_t>(message->_private),
                               schemas::LogOffset(static_cast<std::uint64_t>(message->offset))});
      }
      return;
    }
    self.fail(std::string(rd_kafka_topic_name(message->rkt)) + ": " +
              rd_kafka_err2str(message->err));
  }

  void fail(const std::string& why) {
    if (!failure_) failure_ = Failure{Errc::io_error, why};
  }

  rd_kafka_topic_t* topic(std::string_view name) {
    const auto found = topics_.find(name);
    if (found != topics_.end()) return found->second;
    std::string text(name);
    rd_kafka_topic_t* made = rd_kafka_topic_new(handle_->get(), text.c_str(), nullptr);
    return topics_.emplace(std::move(text), made).first->second;
  }

  std::unique_ptr<KafkaHandle> handle_;
  std::map<std::string, rd_kafka_topic_t*, std::less<>> topics_;
  std::vector<Acknowledged>* news_ = nullptr;
  std::optional<Failure> failure_;
};

}  // namespace

Explained<std::unique_ptr<LogProducer>> kafka_producer(const KafkaSettings& settings,
                                                       std::chrono::milliseconds linger) {
  auto producer = std::make_unique<KafkaProducer>();
  if (const auto opened = producer->open(settings, linger); !opened) return opened.error();
  return std::unique_ptr<LogProducer>(std::move(producer));
}

}  // namespace waybill::ingest
