#include "ingest/kafka_quarantine.h"

#include "ingest/kafka_producer.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "schemas/partition.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using std::chrono::milliseconds;

namespace {

// The partition that the record came from stands still meanwhile.
constexpr int kPolls = 50;
constexpr milliseconds kPoll{100};
// After a failure nobody waits again for so long: the reader keeps the record as well.
constexpr std::chrono::minutes kPause{1};

class KafkaQuarantine final : public Quarantine {
 public:
  KafkaQuarantine(const KafkaSettings& settings, runtime::Metrics& metrics)
      : settings_(settings),
        quarantined_(metrics.counter("waybill_quarantined_records_total",
                                     "Records of the log that could not be decoded")) {}

  void add(const LogRecord& record) override {
    const runtime::MutexLock lock(mutex_);
    quarantined_.add();
    const bool paused = clock_.now() < next_try_;
    const auto kept = paused ? Failure{Errc::temporary, "the quarantine took nothing a moment ago"}
                             : send(record);
    if (!kept && !paused) next_try_ = clock_.now() + kPause;
    runtime::log(runtime::Level::error, "ingest",
                 kept ? "a record cannot be decoded and is in quarantine"
                      : "a record cannot be decoded, and could not be put in quarantine",
                 {{"partition", std::uint64_t{record.partition}},
                  {"offset", record.offset.value()},
                  {"why", kept.error().why}});
  }

 private:
  Explained<void> send(const LogRecord& record) WAYBILL_REQUIRES(mutex_) {
    if (!producer_) {
      auto made = kafka_producer(settings_);
      if (!made) return made.error();
      producer_ = std::move(*made);
    }
    const std::string partition = std::to_string(record.partition);
    const std::string offset = std::to_string(record.offset.value());
    OutRecord out;
    out.topic = schemas::kQuarantineTopic;
    out.value = record.value;
    out.headers = {{"waybill_topic", schemas::kDeliveriesTopic},
                   {"waybill_partition", partition},
                   {"waybill_offset", offset},
                   {"waybill_error", "no protobuf message of waybill.events.v1.Event"}};
    auto kept = send_through(*producer_, out);
    if (!kept) producer_.reset();
    return kept;
  }

  static Explained<void> send_through(LogProducer& producer, const OutRecord& record) {
    if (const auto sent = producer.send(record, 1); !sent) return sent.error();
    std::vector<Acknowledged> news;
    for (int i = 0; i < kPolls; ++i) {
      const auto polled = producer.poll(kPoll, news);
      if (!news.empty()) return {};
      if (!polled) return polled;
    }
    return Failure{Errc::timeout, "no acknowledgement in time"};
  }

  const KafkaSettings settings_;
  runtime::Counter& quarantined_;
  runtime::AsioClock clock_;
  runtime::Mutex mutex_;
  runtime::Instant next_try_ WAYBILL_GUARDED_BY(mutex_){};
  std::unique_ptr<LogProducer> producer_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Quarantine> kafka_quarantine(const KafkaSettings& settings,
                                             runtime::Metrics& metrics) {
  return std::make_unique<KafkaQuarantine>(settings, metrics);
}

}  // namespace waybill::ingest
