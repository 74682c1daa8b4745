#include "ingest/kafka_stream.h"

#include <array>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "ingest/kafka_handle.h"
#include "ingest/kafka_offsets.h"
#include "runtime/log.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Task;
using schemas::LogOffset;
using std::chrono::milliseconds;

namespace {

// Fetched ahead of the reader: what it folds in a good second.
constexpr char kAheadMessages[] = "200000";
constexpr char kAheadKib[] = "65536";
// An empty partition's fetch waits so long at the broker; news ends the wait at once.
constexpr char kFetchWaitMs[] = "100";
// A wait for records, after which close() is looked at.
constexpr int kStreamPollMs = 50;
constexpr milliseconds kStartAskTimeout{5'000};
constexpr milliseconds kAskAgain{200};
constexpr std::size_t kMostMessages = 20'000;

class KafkaStream final : public EventStream {
 public:
  KafkaStream(std::string topic, std::uint32_t partitions, std::vector<StreamPosition> positions)
      : topic_(std::move(topic)), partitions_(partitions), positions_(std::move(positions)) {}

  ~KafkaStream() override {
    if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
  }

  Explained<void> open(const KafkaSettings& settings) {
    const std::vector<KafkaHandle::Property> own = {
        // assign() asks for a group, and none is ever joined: positions are the reader's.
        {"group.id", "waybill-reader"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"check.crcs", "true"},
        {"enable.partition.eof", "true"},
        {"queued.min.messages", kAheadMessages},
        {"queued.max.messages.kbytes", kAheadKib},
        {"fetch.wait.max.ms", kFetchWaitMs},
        {"fetch.error.backoff.ms", kRetryMs},
        {"reconnect.backoff.max.ms", kReconnectMostMs},
    };
    auto handle = KafkaHandle::make(RD_KAFKA_CONSUMER, settings, own, nullptr, nullptr);
    if (!handle) return handle.error();
    handle_ = std::move(*handle);
    rd_kafka_poll_set_consumer(handle_->get());
    queue_ = rd_kafka_queue_get_consumer(handle_->get());
    messages_.resize(kMostMessages);
    return {};
  }

  Task<Streamed<std::vector<LogRecord>>> next(std::size_t most) override {
    co_return take_next(most);
  }
  void close() override { closed_.store(true); }
  std::string log_id() const override { return cluster_; }

 private:
  struct Reading {
    LogOffset next;
    std::string last_digest;  // of the record at next - 1, which comes first; empty: it does not
    std::string last_value;   // of that record, once it was read
  };

  Streamed<std::vector<LogRecord>> take_next(std::size_t most) {
    std::vector<LogRecord> out;
    while (out.empty()) {
      if (closed_.load()) return StreamFailure{explain(Errc::closed)};
      if (handle_->losses() != losses_) look_again();
      if (!assigned_) {
        if (const auto assigned = assign(); !assigned) return assigned.error();
        continue;
      }
      if (const auto taken = read(std::min(most, messages_.size()), out); !taken) {
        return taken.error();
      }
    }
    remember_last(out);
    return out;
  }

  // The last record of each partition.
  void remember_last(const std::vector<LogRecord>& records) {
    std::set<std::uint32_t> seen;
    for (std::size_t i = records.size(); i-- > 0 && seen.size() < positions_.size();) {
      const LogRecord& record = records[i];
      if (seen.insert(record.partition).second) {
        readings_[record.partition].last_value = record.value;
      }
    }
  }

  // A broker was lost: what comes back may have lost its end, and librdkafka would go on behind it
  // as if nothing had happened. Each partition begins again with the record that was read last.
  void look_again() {
    losses_ = handle_->losses();
    if (!assigned_) return;
    rd_kafka_topic_partition_list_t* list =
        rd_kafka_topic_partition_list_new(static_cast<int>(readings_.size()));
    for (auto& [partition, reading] : readings_) {
      if (reading.last_value.empty()) continue;
      reading.last_digest = digest_of_value(reading.last_value);
      rd_kafka_topic_partition_list_add(list, topic_.c_str(), static_cast<std::int32_t>(partition))
          ->offset = static_cast<std::int64_t>((reading.next - 1).value());
    }
    // Not waited for: one may have no leader now.
    if (list->cnt > 0) rd_kafka_error_destroy(rd_kafka_seek_partitions(handle_->get(), list, 0));
    rd_kafka_topic_partition_list_destroy(list);
  }

  Streamed<void> assign() {
    std::vector<std::uint32_t> partitions;
    for (const StreamPosition& at : positions_) partitions.push_back(at.partition);
    const auto first = ask_offsets(*handle_, topic_, partitions, Edge::first, kStartAskTimeout);
    const auto end =
        first ? ask_offsets(*handle_, topic_, partitions, Edge::end, kStartAskTimeout) : first;
    if (!end) {
      if (end.error() != Errc::not_found) {
        std::this_thread::sleep_for(kAskAgain);
        return {};  // no broker is in reach: asked again
      }
      return StreamFailure{
          {Errc::not_found,
           topic_ + " does not exist, or not with all of these partitions: waybill topics create"}};
    }
    if (const auto counted = count_partitions(); !counted) return StreamFailure{counted.error()};
    ask_cluster();
    if (first->size() < partitions.size() || end->size() < partitions.size()) {
      std::this_thread::sleep_for(kAskAgain);
      return {};  // one has no leader now
    }
    rd_kafka_topic_partition_list_t* list =
        rd_kafka_topic_partition_list_new(static_cast<int>(positions_.size()));
    Streamed<void> assigned;
    for (const StreamPosition& at : positions_) {
      const auto fits = fit(at, first->at(at.partition), end->at(at.partition));
      if (!fits) {
        assigned = fits.error();
        break;
      }
      const Reading& reading = readings_[at.partition];
      const LogOffset from = reading.next - (reading.last_digest.empty() ? 0 : 1);
      rd_kafka_topic_partition_list_add(list, topic_.c_str(),
                                        static_cast<std::int32_t>(at.partition))
          ->offset = static_cast<std::int64_t>(from.value());
    }
    if (assigned && rd_kafka_assign(handle_->get(), list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      assigned = StreamFailure{explain(Errc::io_error)};
    }
    rd_kafka_topic_partition_list_destroy(list);
    assigned_ = assigned.has_value();
    return assigned;
  }

  Explained<void> count_partitions() {
    if (partitions_ == 0) return {};
    rd_kafka_topic_t* topic = rd_kafka_topic_new(handle_->get(), topic_.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto asked = rd_kafka_metadata(handle_->get(), 0, topic, &metadata,
                                         static_cast<int>(kStartAskTimeout.count()));
    rd_kafka_topic_destroy(topic);
    if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return {};  // the leaders were asked: it is there
    const int count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    if (count == static_cast<int>(partitions_)) return {};
    return Failure{Errc::invalid, topic_ + " has " + std::to_string(count) +
                                      " partitions and kafka.partitions says " +
                                      std::to_string(partitions_) +
                                      ": keys would be looked for where they are not"};
  }

  void ask_cluster() {
    if (char* const id =
            rd_kafka_clusterid(handle_->get(), static_cast<int>(kStartAskTimeout.count()))) {
      cluster_ = id;
      rd_kafka_mem_free(handle_->get(), id);
    }
  }

  // The log that is there against the position in it.
  Streamed<void> fit(const StreamPosition& at, LogOffset first, LogOffset end) {
    const std::string place = topic_ + " partition " + std::to_string(at.partition);
    if (!at.log_id.empty() && !cluster_.empty() && at.log_id != cluster_) {
      return StreamFailure{
          {Errc::invalid, place + " is of the Kafka cluster " + cluster_ +
                              ", and what was read is of " + at.log_id + ": another log"},
          at.partition};
    }
    if (at.next_offset < first) {
      return StreamFailure{
          {Errc::not_found,
           place + " begins at " + std::to_string(first.value()) + " and this reader is at " +
               std::to_string(at.next_offset.value()) +
               ": what lies between was removed before it was read. Restore the views "
               "from a backup that is at " +
               std::to_string(first.value()) + " or beyond"},
          at.partition};
    }
    if (at.next_offset > end) {
      return StreamFailure{
          {Errc::corrupt, place + " ends at " + std::to_string(end.value()) +
                              " and this reader is at " + std::to_string(at.next_offset.value()) +
                              ": the log was truncated or replaced"},
          at.partition,
          true};
    }
    Reading& reading = readings_[at.partition];
    reading.next = at.next_offset;
    reading.last_digest = at.next_offset > first ? at.last_digest : std::string();
    return {};
  }

  Streamed<void> read(std::size_t most, std::vector<LogRecord>& out) {
    ssize_t count = rd_kafka_consume_batch_queue(queue_, kStreamPollMs, messages_.data(), 1);
    // A batch call waits until its array is full: for what is there already it must not wait.
    if (count == 1 && most > 1) {
      const ssize_t more = rd_kafka_consume_batch_queue(queue_, 0, messages_.data() + 1, most - 1);
      if (more > 0) count += more;
    }
    Streamed<void> whole;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = messages_[static_cast<std::size_t>(i)];
      if (whole) {
        if (const auto taken = take(*message, out); !taken) whole = taken.error();
      }
      rd_kafka_message_destroy(message);
    }
    if (const std::string fatal = handle_->fatal(); whole && !fatal.empty()) {
      return StreamFailure{{Errc::io_error, fatal}};
    }
    return whole;
  }

  Streamed<void> take(const rd_kafka_message_t& message, std::vector<LogRecord>& out) {
    const auto partition = static_cast<std::uint32_t>(message.partition);
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto taken = take_error(message);
      return taken ? Streamed<void>() : StreamFailure{taken.error(), partition};
    }
    handle_->seen_alive();
    const LogOffset offset(static_cast<std::uint64_t>(message.offset));
    Reading& reading = readings_[partition];
    std::string value(static_cast<const char*>(message.payload), message.len);
    if (!reading.last_digest.empty()) {
      const bool same = offset + 1 == reading.next && digest_of_value(value) == reading.last_digest;
      reading.last_digest.clear();
      if (same) return {};
      return StreamFailure{
          {Errc::corrupt, place_of(message) +
                              " is another record than the one that was read there: the log was "
                              "truncated and written anew, or replaced"},
          partition,
          true};
    }
    if (offset != reading.next) {
      return StreamFailure{{Errc::corrupt, place_of(message) + " came where " +
                                               std::to_string(reading.next.value()) +
                                               " was expected: records are missing in the log"},
                           partition};
    }
    ++reading.next;
    out.push_back({partition, offset, std::move(value)});
    return {};
  }

  Explained<void> take_error(const rd_kafka_message_t& message) {
    switch (message.err) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF: handle_->seen_alive(); return {};
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return Failure{Errc::not_found,
                       place_of(message) + " is out of the log's range: " + text_of(message) +
                           ". What was there was removed before it was read, or the log was "
                           "truncated"};
      case RD_KAFKA_RESP_ERR__BAD_MSG:
        return Failure{Errc::corrupt, place_of(message) + " fails its checksum"};
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return Failure{Errc::not_found, place_of(message) + ": " + text_of(message)};
      default:
        // Everything else librdkafka tries again by itself.
        runtime::log(runtime::Level::warn, "ingest/kafka", "reading is held up",
                     {{"why", text_of(message)}});
        return {};
    }
  }

  static std::string text_of(const rd_kafka_message_t& message) {
    const char* text = rd_kafka_message_errstr(&message);
    return text == nullptr ? rd_kafka_err2str(message.err) : text;
  }

  std::string place_of(const rd_kafka_message_t& message) const {
    return topic_ + " partition " + std::to_string(message.partition) + " offset " +
           std::to_string(message.offset);
  }

  const std::string topic_;
  const std::uint32_t partitions_;
  const std::vector<StreamPosition> positions_;
  std::unique_ptr<KafkaHandle> handle_;
  rd_kafka_queue_t* queue_ = nullptr;
  std::vector<rd_kafka_message_t*> messages_;
  std::map<std::uint32_t, Reading> readings_;
  bool assigned_ = false;
  std::uint64_t losses_ = 0;  // of brokers, as of the last look at where the log stands
  std::string cluster_;
  std::atomic<bool> closed_{false};
};

}  // namespace

Explained<std::unique_ptr<EventStream>> kafka_stream(const KafkaSettings& settings,
                                                     const std::string& topic,
                                                     std::uint32_t partitions,
                                                     std::vector<StreamPosition> positions) {
  auto stream = std::make_unique<KafkaStream>(topic, partitions, std::move(positions));
  if (const auto opened = stream->open(settings); !opened) return opened.error();
  return std::unique_ptr<EventStream>(std::move(stream));
}

}  // namespace waybill::ingest
