// How fast the projector folds into a fresh RocksDB store, and how long a page of history takes for
// an address with ten events among few and among many.
//
//   projector_bench [EVENTS [BATCH [DIRECTORY]]]      2,000,000 events, 4,000 a batch
//
// Prints events/s (wall time, and processor time of the folding thread alone), what of that
// processor time went where, then both page times and their ratio, the time of a page of 50 of a
// busy address, time and octets read of a delivery that was asked for at random, times of searches
// for what events say, what the views
// take on the disk, and the beginning of their digest: it tells one layout of rows from another.
// Not run by ctest: it takes its time and says nothing that can be wrong or right.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "projector/history.h"
#include "projector/projector.h"
#include "projector/rocksdb_view_store.h"
#include "tests/bench/generator.h"

namespace waybill {
namespace {

using bench::Generator;
using bench::kEventsOfTheOne;
using bench::kTheOne;
using bench::seconds_of;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "projector_bench: %s\n", what.c_str());
  std::exit(1);
}

double cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

// The store with a clock: the processor time that its writer spends in it.
class TimedStore final : public projector::ViewStore {
 public:
  explicit TimedStore(projector::ViewStore& store) : store_(store) {}

  runtime::Result<void> apply(const projector::WriteBatch& batch) override {
    const double before = cpu_seconds();
    auto applied = store_.apply(batch);
    applying_ += cpu_seconds() - before;
    return applied;
  }
  runtime::Result<std::string> get(projector::Table table, std::string_view key) const override {
    return store_.get(table, key);
  }
  runtime::Result<std::vector<std::string>> get_all(
      projector::Table table, const std::vector<std::string>& keys) const override {
    return store_.get_all(table, keys);
  }
  runtime::Result<void> sync() override { return store_.sync(); }
  runtime::Result<void> resume() override { return store_.resume(); }
  const projector::ViewReader& at_once() const override { return store_.at_once(); }
  std::uint64_t version() const override { return store_.version(); }
  runtime::Result<void> scan(projector::Table table, std::string_view from, std::string_view to,
                             const Visit& visit) const override {
    return store_.scan(table, from, to, visit);
  }
  runtime::Result<void> drop(projector::Table table) override { return store_.drop(table); }
  runtime::Result<void> checkpoint(const std::string& directory) override {
    return store_.checkpoint(directory);
  }

  double applying() const { return applying_; }

 private:
  projector::ViewStore& store_;
  double applying_ = 0;
};

struct Filled {
  double events_per_second = 0;
  double events_per_cpu_second = 0;
  double octets_per_event = 0;
  // Shares of the processor time. Parsing is timed by doing it once more beside the projector.
  double parse = 0;
  double apply = 0;
};

double time_to_parse(const std::vector<ingest::LogRecord>& records) {
  static schemas::Event event;
  const double before = cpu_seconds();
  for (const ingest::LogRecord& record : records) {
    if (!event.ParseFromString(record.value)) fail("an event does not parse");
  }
  return cpu_seconds() - before;
}

Filled fill(projector::ViewStore& untimed, std::uint64_t events, std::uint64_t batch) {
  TimedStore store(untimed);
  auto projector = projector::Projector::open(store, 0);
  if (!projector) fail("the store does not open: " + projector.error().message());
  Generator generator(events);
  double wall = 0;
  double cpu = 0;
  double parse = 0;
  double octets = 0;
  for (std::uint64_t offset = 0; offset < events;) {
    std::vector<ingest::LogRecord> records;
    for (; records.size() < batch && offset < events; ++offset) {
      records.push_back({0, schemas::LogOffset(offset), generator.next()});
      octets += static_cast<double>(records.back().value.size());
    }
    parse += time_to_parse(records);
    const double wall_before = seconds_of(CLOCK_MONOTONIC);
    const double cpu_before = cpu_seconds();
    if (const auto done = (*projector)->project(records); !done) fail(done.error().message());
    cpu += cpu_seconds() - cpu_before;
    wall += seconds_of(CLOCK_MONOTONIC) - wall_before;
  }
  const auto count = static_cast<double>(events);
  return {count / wall, count / cpu, octets / count, parse / cpu, store.applying() / cpu};
}

// The median of many pages, in microseconds.
double page_time(const projector::ViewStore& store) {
  constexpr int kPages = 2'001;
  const projector::History history(store);
  projector::HistoryQuestion question;
  question.address = kTheOne;
  std::vector<double> times;
  for (int i = 0; i < kPages; ++i) {
    const double before = seconds_of(CLOCK_MONOTONIC);
    const auto page = history.timeline(question, schemas::Sight::all());
    times.push_back((seconds_of(CLOCK_MONOTONIC) - before) * 1e6);
    if (!page) fail(page.error().message());
    if (page->entries.size() != kEventsOfTheOne || page->next) {
      fail("the rare address has " + std::to_string(page->entries.size()) + " events");
    }
  }
  std::nth_element(times.begin(), times.begin() + kPages / 2, times.end());
  return times[kPages / 2];
}

// The median of the processor's microseconds.
template <class Question>
double median_cost(int times, Question question) {
  std::vector<double> costs;
  for (int i = 0; i < times; ++i) {
    const double before = cpu_seconds();
    question(static_cast<std::uint64_t>(i));
    costs.push_back((cpu_seconds() - before) * 1e6);
  }
  std::nth_element(costs.begin(), costs.begin() + times / 2, costs.end());
  return costs[static_cast<std::size_t>(times / 2)];
}

constexpr std::size_t kPage = 50;

double busy_page_cost(const projector::History& history) {
  projector::HistoryQuestion question;
  question.address = Generator::busiest_alias();
  question.limit = kPage;
  return median_cost(2'001, [&](std::uint64_t) {
    const auto page = history.timeline(question, schemas::Sight::all());
    if (!page) fail(page.error().message());
    if (page->entries.size() != kPage) fail("the busiest alias has no full page");
  });
}

// Octets that this process has read from files (proc(5)).
double octets_read() {
  std::ifstream file("/proc/self/io");
  std::string name;
  double octets = 0;
  file >> name >> octets;
  return octets;
}

void measure_deliveries(const projector::History& history, std::uint64_t events) {
  constexpr int kQuestions = 10'000;
  const double before = octets_read();
  const double cost = median_cost(kQuestions, [&](std::uint64_t i) {
    std::uint64_t message = bench::scattered(i) % (events / 2 - bench::kUnderWay);
    while (message % 16 == 5) ++message;  // it is of nobody
    const auto id = schemas::DeliveryId::from_bytes(Generator::delivery_id(message));
    const auto delivery = history.delivery(*id, schemas::Sight::all());
    if (!delivery) fail(delivery.error().message());
  });
  std::printf("%9s delivery at random: %.1f us of a processor, %.0f octets read\n", "", cost,
              (octets_read() - before) / kQuestions);
}

struct Words {
  const char* name;
  std::vector<projector::EventCondition> all_of;
};

std::vector<Words> searches() {
  using projector::TermOf;
  const auto is = [](TermOf of, std::string text) {
    return projector::EventCondition{false, {{of, std::move(text)}}};
  };
  const auto kind = is(TermOf::kind, "rejected");
  const auto domain = is(TermOf::domain, "forward.example");
  const auto rule = is(TermOf::rule, "unknown-alias");
  const auto status = is(TermOf::status, "5");
  const auto hop = is(TermOf::next_hop, "mailbox1.example");
  const auto sender = is(TermOf::sender_domain, Generator::rare_sender_domain());
  return {{"kind", {kind}},
          {"rule, domain", {rule, domain}},
          {"next hop, status", {hop, status}},
          {"rare sender", {sender}},
          {"rare sender, status, domain", {sender, status, domain}},
          {"sender, no such kind", {sender, is(TermOf::kind, "in_doubt")}}};
}

// A page of 50 of each, the median and the slowest of a hundred.
void measure_searches(const projector::History& history) {
  constexpr int kAsked = 500;
  for (const Words& words : searches()) {
    projector::EventsQuestion question;
    question.wanted.all_of = words.all_of;
    question.limit = kPage;
    std::vector<double> times;
    std::size_t found = 0;
    for (int i = 0; i < kAsked; ++i) {
      const double before = seconds_of(CLOCK_MONOTONIC);
      const auto page = history.events(question, schemas::Sight::all());
      times.push_back((seconds_of(CLOCK_MONOTONIC) - before) * 1e6);
      if (!page) fail(page.error().message());
      found = page->entries.size();
      // Pages all over the log.
      const std::uint64_t end = page->begun.value();
      question.before = schemas::EventIndex(end / 4 + bench::scattered(i) % (end / 4 * 3 + 1));
      if (i % 2 == 1) question.before.reset();
    }
    std::sort(times.begin(), times.end());
    std::printf("%9s search by %s: %zu lines, %.0f us, p99 %.0f us\n", "", words.name, found,
                times[kAsked / 2], times[kAsked / 100 * 99]);
  }
}

double octets_of(const std::string& directory) {
  double octets = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.path().extension() == ".sst") octets += static_cast<double>(file.file_size());
  }
  return octets;
}

double measure(const std::string& directory, std::uint64_t events, std::uint64_t batch) {
  std::filesystem::remove_all(directory);
  auto store = projector::open_rocks_store(directory, {});
  if (!store) fail(store.error().why);
  const Filled filled = fill(**store, events, batch);
  const double page = page_time(**store);
  std::printf("%9lu events of %.0f octets: %8.0f events/s, %8.0f events/s of one processor\n",
              events, filled.octets_per_event, filled.events_per_second,
              filled.events_per_cpu_second);
  std::printf("%9s of it: parse %.0f%%, fold %.0f%%, apply %.0f%%\n", "", filled.parse * 100,
              (1 - filled.parse - filled.apply) * 100, filled.apply * 100);
  std::printf("%9s page of %lu events: %.1f us\n", "", kEventsOfTheOne, page);
  const projector::History history(**store);
  std::printf("%9s page of 50 of a busy alias, warm: %.1f us of a processor\n", "",
              busy_page_cost(history));
  if (!(*store)->sync()) fail("the views cannot be synced");
  measure_deliveries(history, events);
  measure_searches(history);
  std::printf("%9s tables: %.0f octets an event\n", "",
              octets_of(directory) / static_cast<double>(events));
  const auto digest = projector::digest_views(**store);
  if (!digest) fail(digest.error().message());
  std::printf("%9s digest of the views: %s\n", "", digest->substr(0, 16).c_str());
  store->reset();
  std::filesystem::remove_all(directory);
  return page;
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
  const std::uint64_t batch = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 4'000;
  const std::string directory =
      argc > 3 ? argv[3] : (std::filesystem::temp_directory_path() / "projector_bench").string();
  if (events < 1'000 || batch == 0) waybill::fail("at least 1000 events, at least 1 a batch");
  const double few = waybill::measure(directory, 1'000, batch);
  const double many = waybill::measure(directory, events, batch);
  std::printf("page among %lu / page among 1000 = %.2f\n", events, many / few);
}
