#include "app/roles/local_log.h"

#include <filesystem>

#include "ingest/kafka_admin.h"
#include "ingest/kafka_look.h"
#include "ingest/kafka_producer.h"
#include "runtime/io_thread.h"
#include "schemas/event.h"
#include "schemas/partition.h"

namespace waybill::app {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;
using runtime::Task;

namespace {

// A cluster that answers does so in milliseconds.
constexpr std::chrono::seconds kAskTimeout{10};

Task<void> settle_open(const ingest::JournalStore& store, ingest::Recorder& recorder,
                       ingest::KeptElsewhere elsewhere, Result<std::size_t>& settled) {
  settled = co_await settle_open_acceptances(store, recorder, std::move(elsewhere));
}

std::optional<runtime::WallTime> time_of_last(const ingest::JournalStore& store) {
  if (store.first_seq() == store.end_seq()) return std::nullopt;
  const auto last = store.read(store.end_seq() - 1, 1, 1);
  schemas::Event event;
  if (!last || last->empty() || !event.ParseFromString(last->front().value)) return std::nullopt;
  return schemas::wall_time(event.occurred_at());
}

// A producer, once the topic is what the keys are counted for.
Explained<std::unique_ptr<ingest::LogProducer>> make_producer(const KafkaConfig& kafka) {
  const auto count =
      ingest::count_partitions(kafka.settings, schemas::kDeliveriesTopic, kAskTimeout);
  if (!count) return count.error();
  if (*count != kafka.partitions) {
    return Failure{Errc::invalid,
                   std::string(schemas::kDeliveriesTopic) + " has " + std::to_string(*count) +
                       " partitions and kafka.partitions says " + std::to_string(kafka.partitions) +
                       ": keys would go where nobody looks for them"};
  }
  return ingest::kafka_producer(kafka.settings, longest_linger(kafka));
}

}  // namespace

Explained<std::unique_ptr<LocalLog>> LocalLog::open(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) return explain(error, "cannot create " + config.data_dir);
  std::unique_ptr<LocalLog> log(new LocalLog());
  auto store = ingest::open_rocks_journal(config.data_dir + "/journal");
  if (!store) {
    const Failure failure = store.error();
    if (failure != Errc::locked) return failure;
    return Failure{Errc::locked,
                   "another waybill is using " + config.data_dir + " (" + failure.why + ")"};
  }
  log->store_ = std::move(*store);
  ingest::JournalLimits limits;
  limits.max_octets = config.journal_max;
  log->journal_ = std::make_unique<ingest::Journal>(*log->store_, limits);
  log->committer_ = std::make_unique<ingest::Committer>(*log->journal_);
  return log;
}

Explained<void> LocalLog::settle(const Config& config, runtime::Metrics& metrics,
                                 ingest::KeptElsewhere elsewhere) {
  counters_ = std::make_unique<ingest::EventCounters>(metrics);
  journal_->count_events(*counters_);
  committer_->measure(metrics.histogram("waybill_journal_commit_seconds",
                                        "How long a batch of events takes to be durable",
                                        runtime::latency_bounds()));
  watch_ = std::make_unique<ingest::ClockWatch>(clock_, time_of_last(*store_), metrics);
  journal_->watch_clock(*watch_);
  const auto chance = runtime::system_chance();
  ingest::Recorder recorder(*journal_, clock_, *chance, config.node);
  Result<std::size_t> settled;
  runtime::run_until_done(settle_open(*store_, recorder, std::move(elsewhere), settled));
  if (settled) return {};
  if (settled.error() == Errc::corrupt) return store_->unreadable(settled.error());
  return explain(settled.error(), "recovery failed");
}

void LocalLog::publish(const Config& config, runtime::Metrics& metrics) {
  const KafkaConfig kafka = config.kafka;
  if (kafka.ack == Ack::kafka) {
    held_ = std::make_unique<ingest::HeldReplies>(clock_, kafka.ack_timeout);
    journal_->hold_replies(*held_);
  }
  ingest::PublisherSettings settings;
  settings.partitions = kafka.partitions;
  settings.keep = config.journal_keep_said ? config.journal_keep : kKeptBesideKafka;
  settings.max_octets = config.journal_max;
  settings.acked_file = config.data_dir + "/journal/acked";
  publisher_ = std::make_unique<ingest::Publisher>(
      *journal_, *store_, held_.get(),
      ingest::PublishedLog{[kafka] { return make_producer(kafka); },
                           ingest::kafka_look(kafka.settings)},
      settings, clock_, metrics);
  publishing_ = std::make_unique<ingest::PublisherThread>(*publisher_);
}

void LocalLog::tick() {
  if (held_) held_->expire();
  if (publisher_) publisher_->show_backlog();
}

}  // namespace waybill::app
