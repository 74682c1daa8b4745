#include "app/local_log.h"

#include <filesystem>

#include "ingest/kafka_admin.h"
#include "ingest/kafka_producer.h"
#include "ingest/recovery.h"
#include "runtime/io_thread.h"
#include "schemas/partition.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Result;
using runtime::Task;

namespace {

// A cluster that answers does so in milliseconds.
constexpr std::chrono::seconds kAskTimeout{10};

Task<void> settle_open(const ingest::JournalStore& store, ingest::Recorder& recorder,
                       std::string& why, bool& settled) {
  const auto count = co_await settle_open_acceptances(store, recorder);
  settled = count.has_value();
  if (!settled) why = "recovery failed: " + count.error().message();
}

// A producer, once the topic is what the keys are counted for.
Result<std::unique_ptr<ingest::LogProducer>> make_producer(const KafkaConfig& kafka,
                                                           std::string& why) {
  const auto count =
      ingest::count_partitions(kafka.settings, schemas::kDeliveriesTopic, kAskTimeout, why);
  if (!count) return count.error();
  if (*count != kafka.partitions) {
    why = std::string(schemas::kDeliveriesTopic) + " has " + std::to_string(*count) +
          " partitions and kafka.partitions says " + std::to_string(kafka.partitions) +
          ": keys would go where nobody looks for them";
    return make_error_code(Errc::invalid);
  }
  return ingest::kafka_producer(kafka.settings, why);
}

}  // namespace

Result<std::unique_ptr<LocalLog>> LocalLog::open(const Config& config, std::string& why) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) {
    why = "cannot create " + config.data_dir + ": " + error.message();
    return make_error_code(Errc::io_error);
  }
  std::unique_ptr<LocalLog> log(new LocalLog());
  auto store = ingest::open_rocks_journal(config.data_dir + "/journal", why);
  if (!store) {
    if (runtime::errc_of(store.error()) == Errc::locked) {
      why = "another waybill is using " + config.data_dir + " (" + why + ")";
    }
    return store.error();
  }
  log->store_ = std::move(*store);
  ingest::JournalLimits limits;
  limits.max_octets = config.journal_max;
  log->journal_ = std::make_unique<ingest::Journal>(*log->store_, limits);
  log->committer_ = std::make_unique<ingest::Committer>(*log->journal_);
  return log;
}

bool LocalLog::settle(const Config& config, runtime::Metrics& metrics, std::string& why) {
  counters_ = std::make_unique<ingest::EventCounters>(metrics);
  journal_->count_events(*counters_);
  const auto chance = runtime::system_chance();
  ingest::Recorder recorder(*journal_, clock_, *chance, config.node);
  bool settled = false;
  runtime::run_until_done(settle_open(*store_, recorder, why, settled));
  return settled;
}

void LocalLog::publish(const Config& config, runtime::Metrics& metrics) {
  const KafkaConfig kafka = config.kafka;
  if (kafka.ack == Ack::kafka) {
    held_ = std::make_unique<ingest::HeldReplies>(clock_, kafka.ack_timeout);
    journal_->hold_replies(*held_);
  }
  ingest::PublisherSettings settings;
  settings.partitions = kafka.partitions;
  publisher_ = std::make_unique<ingest::Publisher>(
      *journal_, *store_, held_.get(),
      [kafka](std::string& why) { return make_producer(kafka, why); }, settings, clock_, metrics);
  publishing_ = std::make_unique<ingest::PublisherThread>(*publisher_);
}

}  // namespace waybill::app
