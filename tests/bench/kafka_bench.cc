// The log on Kafka, from both ends, at full speed.
//
//   kafka_bench publish BOOTSTRAP PARTITIONS EVENTS DIRECTORY
//     writes EVENTS events into a journal in DIRECTORY, then publishes them, and prints events/s
//     from the first read of the journal to the last acknowledgement by all in-sync replicas.
//   kafka_bench fold BOOTSTRAP PARTITIONS DIRECTORY
//     folds the whole topic into fresh views in DIRECTORY and prints events/s, wall time and
//     processor time of the folding thread alone.
//   kafka_bench visible BOOTSTRAP PARTITIONS RATE SECONDS HTTP DIRECTORY
//     puts RATE messages a second on record in a journal in DIRECTORY, as a relay does, publishes
//     them, and asks the projector at HTTP for some of them until it shows them: milliseconds from
//     durable to visible.
//   kafka_bench pace BOOTSTRAP PARTITIONS RATE SECONDS LINGER DIRECTORY
//     the same without a projector, outcomes at once behind their acceptances: what the topic then
//     takes on the broker's disk is for the caller to see. LINGER: kafka.linger, in ms.
//
// The last line is key=value pairs. Not run by ctest.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "ingest/committer.h"
#include "ingest/kafka_handle.h"
#include "ingest/kafka_offsets.h"
#include "ingest/kafka_producer.h"
#include "ingest/kafka_stream.h"
#include "ingest/publisher.h"
#include "projector/projector.h"
#include "projector/rocksdb_view_store.h"
#include "projector/rows/view_store.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/http_client.h"
#include "runtime/io_thread.h"
#include "schemas/ids.h"
#include "schemas/partition.h"
#include "schemas/trace.h"
#include "tests/bench/generator.h"
#include "tests/bench/journal_fill.h"

namespace waybill {
namespace {

using bench::fill;
using bench::seconds_of;

constexpr std::size_t kFoldBatch = 20'000;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "kafka_bench: %s\n", what.c_str());
  std::exit(1);
}

int publish(const ingest::KafkaSettings& settings, std::uint32_t partitions, std::uint64_t events,
            const std::string& directory) {
  std::filesystem::remove_all(directory);
  auto store = ingest::open_rocks_journal(directory);
  if (!store) fail(store.error().why);
  fill(**store, events);
  ingest::Journal journal(**store, {});
  runtime::AsioClock clock;
  runtime::Metrics metrics;
  ingest::PublisherSettings publishing;
  publishing.partitions = partitions;
  ingest::Publisher publisher(journal, **store, nullptr,
                              {[&] { return ingest::kafka_producer(settings); }, {}}, publishing,
                              clock, metrics);
  const double began = seconds_of(CLOCK_MONOTONIC);
  const double cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  while (publisher.acknowledged_end() < journal.end_seq()) {
    publisher.step(std::chrono::milliseconds(100));
    if (!publisher.trouble().empty()) fail(publisher.trouble());
  }
  const double wall = seconds_of(CLOCK_MONOTONIC) - began;
  const double spent = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
  const auto count = static_cast<double>(events);
  std::printf("events=%lu seconds=%.2f events_per_second=%.0f events_per_cpu_second=%.0f\n", events,
              wall, count / wall, count / spent);
  std::filesystem::remove_all(directory);
  return 0;
}

// Puts events on record at a steady rate; one in so many is asked for.
class Visible {
 public:
  Visible(ingest::Journal& journal, std::string base) : journal_(journal), base_(std::move(base)) {
    auto client = runtime::HttpClient::make({});
    if (!client) fail(client.error().why);
    http_ = std::move(*client);
  }

  void run(std::uint64_t rate, std::uint64_t seconds) {
    const double began = seconds_of(CLOCK_MONOTONIC);
    began_ = began;
    std::thread asking([this] { ask_all(); });
    for (std::uint64_t n = 0; n < rate * seconds; ++n) {
      const double due = began + static_cast<double>(n) / static_cast<double>(rate);
      while (seconds_of(CLOCK_MONOTONIC) < due) std::this_thread::sleep_for(kShort);
      put_on_record();
    }
    stopping_ = true;
    asking.join();
    const double spent = seconds_of(CLOCK_MONOTONIC) - began;
    std::sort(times_.begin(), times_.end());
    const auto at = [this](double share) {
      return times_[static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1))];
    };
    std::printf(
        "messages=%lu messages_per_second=%.0f asked=%zu p50_ms=%.1f p99_ms=%.1f max_ms=%.1f\n",
        rate * seconds, static_cast<double>(rate * seconds) / spent, times_.size(), at(0.5),
        at(0.99), times_.back());
  }

 private:
  static constexpr std::chrono::microseconds kShort{100};
  // A broker that has just started compiles what is hot.
  static constexpr double kWarmUpSeconds = 5;

  // A message is two events; the second one's delivery is what is asked for.
  void put_on_record() {
    std::vector<schemas::Event> events(2);
    std::string delivery;
    for (schemas::Event& event : events) {
      if (!event.ParseFromString(generator_.next())) fail("the generator makes no events");
      event.clear_node_seq();
      event.set_node("bench");
      event.set_occurred_at(schemas::nanoseconds(clock_.wall()));
      if (event.has_accepted()) delivery = event.accepted().targets(0).delivery_id();
    }
    const ingest::Recorded recorded = journal_.begin(std::move(events));
    const std::lock_guard lock(mutex_);
    latest_ = {delivery, recorded};
  }

  void ask_all() {
    while (!stopping_) {
      std::optional<std::pair<std::string, ingest::Recorded>> wanted;
      {
        const std::lock_guard lock(mutex_);
        wanted.swap(latest_);
      }
      if (!wanted || wanted->first.empty()) {
        std::this_thread::sleep_for(kShort);
        continue;
      }
      runtime::run_until_done(wait(wanted->second));
      const double durable = seconds_of(CLOCK_MONOTONIC);
      while (!shown(wanted->first)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const double shown_at = seconds_of(CLOCK_MONOTONIC);
      if (shown_at - began_ > kWarmUpSeconds) times_.push_back(1000 * (shown_at - durable));
    }
  }

  static runtime::Task<void> wait(ingest::Recorded recorded) {
    const auto kept = co_await recorded.wait();
    if (!kept) fail(kept.error().message());
  }

  bool shown(const std::string& delivery) {
    runtime::HttpRequest request;
    request.base = base_;
    request.target = "/v1/deliveries/" + schemas::uuid_text(delivery);
    const auto answer = http_->ask(request, std::chrono::seconds(10));
    if (!answer) fail(answer.error().message());
    return answer->status == 200;
  }

  ingest::Journal& journal_;
  const std::string base_;
  std::unique_ptr<runtime::HttpClient> http_;
  runtime::AsioClock clock_;
  bench::Generator generator_{1'000'000};
  std::mutex mutex_;
  std::optional<std::pair<std::string, ingest::Recorded>> latest_;
  std::atomic<bool> stopping_{false};
  double began_ = 0;
  std::vector<double> times_;
};

int visible(const ingest::KafkaSettings& settings, std::uint32_t partitions, std::uint64_t rate,
            std::uint64_t seconds, const std::string& base, const std::string& directory) {
  std::filesystem::remove_all(directory);
  auto store = ingest::open_rocks_journal(directory);
  if (!store) fail(store.error().why);
  ingest::Journal journal(**store, {});
  ingest::Committer committer(journal);
  runtime::AsioClock clock;
  runtime::Metrics metrics;
  ingest::PublisherSettings publishing;
  publishing.partitions = partitions;
  ingest::Publisher publisher(journal, **store, nullptr,
                              {[&] { return ingest::kafka_producer(settings); }, {}}, publishing,
                              clock, metrics);
  const ingest::PublisherThread publish_all(publisher);
  Visible(journal, base).run(rate, seconds);
  return 0;
}

// Both events of each message at its time.
void put_on_record_evenly(ingest::Journal& journal, std::uint64_t rate, std::uint64_t seconds) {
  runtime::AsioClock clock;
  bench::Generator generator(2 * rate * seconds, 0);
  const double began = seconds_of(CLOCK_MONOTONIC);
  for (std::uint64_t n = 0; n < 2 * rate * seconds; ++n) {
    const double due = began + static_cast<double>(n / 2) / static_cast<double>(rate);
    while (seconds_of(CLOCK_MONOTONIC) < due) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    schemas::Event event;
    if (!event.ParseFromString(generator.next())) fail("the generator makes no events");
    event.clear_node_seq();
    const runtime::WallTime now = clock.wall();
    event.set_occurred_at(schemas::nanoseconds(now));
    event.set_event_id(schemas::event_id_of(now, event.salt()).bytes());
    event.set_trace(schemas::trace_of(event.message_id(), event.event_id()));
    std::vector<schemas::Event> one;
    one.push_back(std::move(event));
    journal.begin(std::move(one));
  }
}

int pace(const ingest::KafkaSettings& settings, std::uint32_t partitions, std::uint64_t rate,
         std::uint64_t seconds, std::chrono::milliseconds linger, const std::string& directory) {
  std::filesystem::remove_all(directory);
  auto store = ingest::open_rocks_journal(directory);
  if (!store) fail(store.error().why);
  ingest::Journal journal(**store, {});
  runtime::AsioClock clock;
  runtime::Metrics metrics;
  ingest::PublisherSettings publishing;
  publishing.partitions = partitions;
  ingest::Publisher publisher(journal, **store, nullptr,
                              {[&] { return ingest::kafka_producer(settings, linger); }, {}},
                              publishing, clock, metrics);
  const double began = seconds_of(CLOCK_MONOTONIC);
  {
    ingest::Committer committer(journal);
    const ingest::PublisherThread publish_all(publisher);
    put_on_record_evenly(journal, rate, seconds);
    while (publisher.backlog() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const double spent = seconds_of(CLOCK_MONOTONIC) - began;
  std::printf("events=%lu messages_per_second=%.0f\n", 2 * rate * seconds,
              static_cast<double>(rate * seconds) / spent);
  std::filesystem::remove_all(directory);
  return 0;
}

struct Views {
  std::unique_ptr<projector::ViewStore> store;
  std::unique_ptr<projector::Projector> projector;
};

class Folding {
 public:
  Folding(const ingest::KafkaSettings& settings, std::uint32_t partitions,
          const std::string& directory) {
    const auto memory = projector::make_store_memory(256ULL << 20, 512ULL << 20);
    std::vector<ingest::StreamPosition> positions;
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
      projector::RocksStoreSettings store_settings;
      store_settings.memory = memory;
      auto store =
          projector::open_rocks_store(directory + "/p" + std::to_string(partition), store_settings);
      if (!store) fail(store.error().why);
      auto projector = projector::Projector::open(**store, partition);
      if (!projector) fail(projector.error().message());
      views_.push_back({std::move(*store), std::move(*projector)});
      positions.push_back({partition, {}, {}});
    }
    end_ = end_of_log(settings, partitions);
    auto stream =
        ingest::kafka_stream(settings, schemas::kDeliveriesTopic, partitions, std::move(positions));
    if (!stream) fail(stream.error().why);
    stream_ = std::move(*stream);
  }

  runtime::Task<void> run() {
    while (folded_ < end_) {
      auto records = co_await stream_->next(kFoldBatch);
      if (!records) fail(records.error().why);
      if (folded_ == 0) {
        began_ = seconds_of(CLOCK_MONOTONIC);
        cpu_ = seconds_of(CLOCK_THREAD_CPUTIME_ID);
      }
      fold(std::move(*records));
    }
    for (Views& one : views_) {
      if (!one.store->sync()) fail("the views cannot be synced");
    }
    const double wall = seconds_of(CLOCK_MONOTONIC) - began_;
    const double spent = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_;
    const auto count = static_cast<double>(folded_);
    std::printf("events=%lu seconds=%.2f events_per_second=%.0f events_per_cpu_second=%.0f\n",
                folded_, wall, count / wall, count / spent);
  }

 private:
  static std::uint64_t end_of_log(const ingest::KafkaSettings& settings, std::uint32_t partitions) {
    auto handle = ingest::KafkaHandle::make(RD_KAFKA_CONSUMER, settings, {}, nullptr, nullptr);
    if (!handle) fail(handle.error().why);
    std::vector<std::uint32_t> all;
    for (std::uint32_t partition = 0; partition < partitions; ++partition) all.push_back(partition);
    const auto ends = ingest::ask_offsets(**handle, schemas::kDeliveriesTopic, all,
                                          ingest::Edge::end, std::chrono::seconds(10));
    if (!ends) fail(ends.error().message());
    std::uint64_t sum = 0;
    for (const auto& [partition, end] : *ends) sum += end.value();
    return sum;
  }

  void fold(std::vector<ingest::LogRecord> records) {
    folded_ += records.size();
    std::map<std::uint32_t, std::vector<ingest::LogRecord>> by_partition;
    for (ingest::LogRecord& record : records) {
      by_partition[record.partition].push_back(std::move(record));
    }
    for (const auto& [partition, share] : by_partition) {
      const auto done = views_[partition].projector->project(share);
      if (!done) fail(done.error().message());
    }
  }

  std::vector<Views> views_;
  std::unique_ptr<ingest::EventStream> stream_;
  std::uint64_t end_ = 0;
  std::uint64_t folded_ = 0;
  double began_ = 0;
  double cpu_ = 0;
};

int fold(const ingest::KafkaSettings& settings, std::uint32_t partitions,
         const std::string& directory) {
  std::filesystem::remove_all(directory);
  Folding folding(settings, partitions, directory);
  runtime::run_until_done(folding.run());
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  waybill::ingest::KafkaSettings settings;
  if (argc > 3) settings.bootstrap = argv[2];
  const auto number = [&](int at) { return std::strtoull(argv[at], nullptr, 10); };
  if (role == "publish" && argc == 6) {
    return waybill::publish(settings, static_cast<std::uint32_t>(number(3)), number(4), argv[5]);
  }
  if (role == "fold" && argc == 5) {
    return waybill::fold(settings, static_cast<std::uint32_t>(number(3)), argv[4]);
  }
  if (role == "visible" && argc == 8) {
    return waybill::visible(settings, static_cast<std::uint32_t>(number(3)), number(4), number(5),
                            argv[6], argv[7]);
  }
  if (role == "pace" && argc == 8) {
    return waybill::pace(settings, static_cast<std::uint32_t>(number(3)), number(4), number(5),
                         std::chrono::milliseconds(number(6)), argv[7]);
  }
  waybill::fail(
      "usage: publish BOOTSTRAP PARTITIONS EVENTS DIRECTORY | fold BOOTSTRAP PARTITIONS "
      "DIRECTORY");
}
